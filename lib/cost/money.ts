/**
 * USD for a person: `$0`, `$0.23`, `$168`, `$0.00004`. Cents, and whole dollars from 100 on; a price below
 * ten cents keeps three significant digits, so that nothing that costs is shown as `$0.00`.
 */
export function formatUsd(usd: number): string {
  if (!Number.isFinite(usd)) {
    throw new RangeError(`not an amount of money: ${usd}`);
  }
  const sign = usd < 0 ? '-' : '';
  const amount = Math.abs(usd);
  return `${sign}$${digits(amount)}`;
}

/** `$0.23/h`. */
export function formatPerHour(usd: number): string {
  return `${formatUsd(usd)}/h`;
}

/** `$168/month`. */
export function formatPerMonth(usd: number): string {
  return `${formatUsd(usd)}/month`;
}

/** A duration for a person: `45 s`, `90 min`, `2 h`, `1 h 30 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 120) {
    return `${seconds} s`;
  }
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60;
  const parts = [
    minutes >= 60 ? `${Math.floor(minutes / 60)} h` : '',
    minutes % 60 > 0 ? `${minutes % 60} min` : '',
    rest > 0 ? `${rest} s` : '',
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function digits(amount: number): string {
  if (amount === 0) {
    return '0';
  }
  if (amount >= 99.995) {
    return Math.round(amount).toLocaleString('en-US');
  }
  if (amount >= 0.1) {
    // Hourly prices have up to four decimals ($0.7364): cents are enough only from a dollar on.
    return trim(amount >= 1 ? amount.toFixed(2) : amount.toPrecision(3), 2);
  }
  const decimals = 2 - Math.floor(Math.log10(amount));
  return trim(amount.toFixed(Math.min(decimals, 20)), 2);
}

/** Drops the zeros at the end, but keeps whole cents: `0.230` is `0.23`, `5.00` is `5`, `0.100` is `0.10`. */
function trim(decimal: string, cents: number): string {
  const [whole = '0', fraction = ''] = decimal.split('.');
  const significant = fraction.replace(/0+$/, '');
  return significant === '' ? whole : `${whole}.${significant.padEnd(cents, '0')}`;
}
