/** Orders versions by their numbers, the older first: 2.9 before 2.19.0, and 1.4-2 before 1.4-2-py312. */
export function compareVersions(one: string, other: string): number {
  const [left, right] = [one, other].map((version) => (version.match(/\d+/g) ?? []).map(Number));
  for (let place = 0; place < Math.max(left!.length, right!.length); place++) {
    const difference = (left![place] ?? -1) - (right![place] ?? -1);
    if (difference !== 0) {
      return difference;
    }
  }
  return 0;
}
