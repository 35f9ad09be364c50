/** What the CDK CLI says of one resource, with `--progress events`. */
export interface StackEvent {
  readonly stack: string;
  /** How many of its resources are done, as `3/18`. */
  readonly done: string;
  readonly status: string;
  readonly type: string;
  /** The construct's path, or the logical id. */
  readonly resource: string;
}

const EVENT =
  /^(?<stack>[\w-]+) +\| +(?<done>\d+\/\d+) +\| [^|]+ \| (?<status>[A-Z_]+) *\| (?<type>\S+) *\| (?<resource>\S+)/;

/** What a line of the CDK CLI says of a resource; undefined for any other line. */
export function stackEvent(line: string): StackEvent | undefined {
  return EVENT.exec(line)?.groups as StackEvent | undefined;
}

/** What the CDK CLI says of a failure: all after its cross, or the last lines where there is none. */
export function failureText(lines: readonly string[]): string {
  const from = lines.findIndex((line) => line.includes('❌'));
  const said = from === -1 ? lines.slice(-12) : lines.slice(from);
  // Where in the app a resource is declared has a page of frames; the log has them.
  const frames = said.findIndex((line) => line.startsWith('Source Location:'));
  return (frames === -1 ? said : said.slice(0, frames)).join('\n').trim();
}
