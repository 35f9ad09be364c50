/** Hours of a month, as AWS's own calculator counts them (365 × 24 / 12). */
export const HOURS_PER_MONTH = 730;

/**
 * USD for a person: `$0`, `$0.23`, `$168`, `$0.00004`. Cents, and whole dollars from 100 on; a price below
 * ten cents keeps three significant digits, so that nothing that costs is shown as `$0.00`.
 */
export function formatUsd(usd: number): string {
  if (!Number.isFinite(usd)) {
    throw new RangeError(`not an amount of money: ${usd}`);
  }
  return `${usd < 0 ? '-' : ''}$${digits(Math.abs(usd))}`;
}

/** `$0.23/h`. */
export function formatPerHour(usd: number): string {
  return `${formatUsd(usd)}/h`;
}

/** What costs $0.23 per hour, by the month: `$168/month`. */
export function formatPerMonth(perHour: number): string {
  return `${formatUsd(perHour * HOURS_PER_MONTH)}/month`;
}

/** A duration for a person: `45 s`, `90 min`, `2 h`, `1 h 30 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 120) {
    return `${seconds} s`;
  }
  const minutes = Math.floor(seconds / 60);
  const parts = { h: Math.floor(minutes / 60), min: minutes % 60, s: seconds % 60 };
  return Object.entries(parts)
    .filter(([, count]) => count > 0)
    .map(([unit, count]) => `${count} ${unit}`)
    .join(' ');
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
    return trim(amount >= 1 ? amount.toFixed(2) : amount.toPrecision(3));
  }
  return trim(amount.toFixed(Math.min(2 - Math.floor(Math.log10(amount)), 20)));
}

/** Drops the zeros at the end, but keeps whole cents: `0.230` is `0.23`, `5.00` is `5`, `0.100` is `0.10`. */
function trim(decimal: string): string {
  return decimal.replace(/\.00+$/, '').replace(/(\.\d\d.*?)0+$/, '$1');
}
