const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'];

/** What AWS's prices mean by a GB. */
export const BYTES_PER_GB = 1024 ** 3;

/** An amount of data for a person: `0 bytes`, `12 kB`, `1.3 GB`. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length - 1);
  const amount = bytes / 1000 ** power;
  return `${amount.toLocaleString('en-US', { maximumFractionDigits: amount < 10 ? 1 : 0 })} ${UNITS[power]}`;
}
