import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { wholeNumberProblems } from '../aws/whole-number';

/** Compressed, and kept so, since not every machine compresses to the same bytes; `npm run format` makes it. */
export const PACKED_PROGRAM = join(__dirname, 'notebook-idle-stop.gz.txt');

/** Seconds: a person needs a few minutes to open a notebook that has just started. */
const SHORTEST_IDLE_TIMEOUT = 600;

/**
 * What is wrong with a notebook's idle timeout; empty when nothing is.
 *
 * @param idleTimeout seconds
 */
export function idleStopProblems(idleTimeout: number): string[] {
  return wholeNumberProblems('notebook.idleTimeout', idleTimeout, [SHORTEST_IDLE_TIMEOUT], ' seconds').map(
    (problem) =>
      `${problem}, so that nobody loses the instance while opening a notebook; ` +
      'use Duration.minutes(10) or more, or leave idleTimeout out to stop the instance by hand',
  );
}

/**
 * The OnStart script of a notebook instance's lifecycle configuration: the instance stops itself when idle.
 *
 * What counts as idle is said at the top of notebook-idle-stop.py, the program that the script installs. The
 * instance's role needs `sagemaker:StopNotebookInstance` on the instance itself. SageMaker takes at most
 * 16,384 characters of base64 (NotebookInstanceLifecycleConfigContent); the script takes little more than half of them.
 *
 * @param idleTimeout seconds, free of {@link idleStopProblems}
 * @param own a person's own OnStart script, which runs afterwards: whatever it does, the instance stops when idle
 */
export function idleStopScript(idleTimeout: number, own?: string): string {
  const program = readFileSync(PACKED_PROGRAM, 'utf8').trim();
  const script = readFileSync(join(__dirname, 'notebook-idle-stop.sh'), 'utf8');
  const idleStop = script
    .replaceAll('@IDLE_TIMEOUT@', String(idleTimeout))
    .replace('@PROGRAM@', () => program);
  return own ? `${idleStop}\n${asOwnFile(own)}` : idleStop;
}

/** The program that stops an idle instance, compressed, in lines of base64. */
export function packedProgram(): string {
  const program = readFileSync(join(__dirname, 'notebook-idle-stop.py'));
  return `${gzipSync(program, { level: 9 }).toString('base64').replaceAll(/.{76}/g, '$&\n').trim()}\n`;
}

/** Runs a script as SageMaker runs one: a file, by its own first line, with nothing to read. Its exit code is the last one. */
function asOwnFile(script: string): string {
  let end = 'END_OF_ON_START';
  while (script.split('\n').includes(end)) {
    end += '_';
  }
  return `own="$(mktemp -d)/on-start"
cat >"$own" <<'${end}'
${script}
${end}
chmod 700 "$own"
"$own" </dev/null
`;
}
