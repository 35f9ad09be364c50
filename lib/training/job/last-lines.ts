/** So much of a log's end goes into a reason: lines, and characters of them together. */
const MAX_LINES = 12;
const MAX_LENGTH = 1_200;

/** The training toolkit's own lines when the script has ended: what follows repeats what came before. Source: `process.py` and `trainer.py`. */
const REPORT =
  /sagemaker-training-toolkit +\w+ +(Waiting for the process to finish|Reporting training FAILURE)/;

/**
 * The last lines of a script's log, without the toolkit's report of its failure; undefined where there are none.
 *
 * The reason that SageMaker gives is the toolkit's: 1,024 characters from the first line that names one of Python's own errors on. With an error
 * of another name it is empty, and with a deep traceback it ends long before the error.
 */
export function lastLines(log: readonly string[]): string | undefined {
  const report = log.findIndex((line) => REPORT.test(line));
  const written = (report < 0 ? log : log.slice(0, report)).filter((line) => line.trim() !== '');
  const lines: string[] = [];
  let length = 0;
  for (const line of written.slice(-MAX_LINES).toReversed()) {
    length += line.length + 1;
    if (length > MAX_LENGTH && lines.length > 0) {
      break;
    }
    lines.unshift(line.slice(0, MAX_LENGTH));
  }
  return lines.length > 0 ? lines.join('\n') : undefined;
}
