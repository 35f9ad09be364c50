const LEVELS = '▁▂▃▄▅▆▇█';

/**
 * Values as a row of bars, from the lowest to the highest of them; values that are all equal stand in the middle.
 * More values than the row has places are averaged.
 * @param width places, at least 1
 */
export function sparkline(values: readonly number[], width: number): string {
  const shown = averaged(values, width);
  const [low, high] = [Math.min(...shown), Math.max(...shown)];
  return shown
    .map((value) => {
      const level = high > low ? (value - low) / (high - low) : 0.5;
      return LEVELS[Math.min(LEVELS.length - 1, Math.floor(level * LEVELS.length))];
    })
    .join('');
}

function averaged(values: readonly number[], places: number): readonly number[] {
  if (values.length <= places) {
    return values;
  }
  return Array.from({ length: places }, (_, at) => {
    const part = values.slice(
      Math.floor((at * values.length) / places),
      Math.floor(((at + 1) * values.length) / places),
    );
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}
