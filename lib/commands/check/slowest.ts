/** How long the tests of one file took. */
export interface TimedFile {
  readonly path: string;
  readonly seconds: number;
}

/** The files of a run of jest, from what its `--json` writes. */
export function jestFiles(json: string, root: string): TimedFile[] {
  const { testResults } = JSON.parse(json) as {
    testResults: { name: string; startTime: number; endTime: number }[];
  };
  return testResults.map(({ name, startTime, endTime }) => ({
    path: name.replace(`${root}/`, ''),
    seconds: (endTime - startTime) / 1000,
  }));
}

/** The files of a run of pytest, from what its `--junit-xml` writes: a test with its setup and teardown. */
export function pytestFiles(xml: string): TimedFile[] {
  const seconds = new Map<string, number>();
  for (const [, module, time] of xml.matchAll(
    /<testcase classname="([^"]*)" name="[^"]*" time="([\d.]+)"/g,
  )) {
    const path = `${module!.replaceAll('.', '/')}.py`;
    seconds.set(path, (seconds.get(path) ?? 0) + Number(time));
  }
  return [...seconds].map(([path, sum]) => ({ path, seconds: sum }));
}

/** The ten slowest files, a line each. */
export function slowest(files: readonly TimedFile[]): string[] {
  return files
    .toSorted((one, other) => other.seconds - one.seconds)
    .slice(0, 10)
    .map(({ path, seconds }) => `${seconds.toFixed(0).padStart(5)} s  ${path}`);
}
