/**
 * What is wrong with a number that must be a whole one within limits; nothing where it is left out.
 * @param unit behind the numbers, with the space before it
 */
export function wholeNumberProblems(
  prop: string,
  value: number | undefined,
  [least, greatest = Infinity]: readonly [least: number, greatest?: number],
  unit = '',
): string[] {
  const most = greatest === Infinity ? '' : ` to ${greatest}${unit}`;
  return value === undefined || (Number.isInteger(value) && value >= least && value <= greatest)
    ? []
    : [`${prop}: ${value}${unit} is not a whole number from ${least}${most}`];
}
