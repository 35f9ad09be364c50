// `npm test` and `npm run drills`: the steps that check this repository, here and in CI, and which test files were slowest.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePythonEnvironment } from '../../python/python-environment';
import { CommandLine } from '../../console/command-line';
import type { Command, CommandContext } from '../../console/main';
import { TEST_REQUIREMENTS } from '../../python/requirements';
import { UserError } from '../../console/user-error';
import { jestFiles, pytestFiles, slowest } from './slowest';

/** A step's name, its program and its arguments. */
type Step = readonly [name: string, command: string, ...arguments_: string[]];

const ROOT = join(__dirname, '..', '..', '..');

/** The steps before the tests, all at once: each takes seconds. */
const QUICK: readonly Step[] = [
  ['format', 'prettier', '--check', '.'],
  ['lint', 'oxlint'],
  ['types', 'tsc', '--noEmit', '-p', '.'],
  ['layers', 'depcruise', 'bin', 'lib'],
  ['Python format', '.venv/bin/ruff', 'format', '--check', '.'],
  ['Python lint', '.venv/bin/ruff', 'check', '.'],
];

/** About half of what Python's tests take. */
const REHEARSAL = 'test/commands/rehearsal';

/** All checks of the project but the drills: the same on a laptop and in CI. */
export const checkCommand = checking(
  'npm test',
  'Checks the project: format, lint, types, layers and tests, but for the drills. The same here and in CI.',
  QUICK,
  (folder) => [
    pytest('Python tests', folder, '-m', 'not drill', `--ignore=${REHEARSAL}`, 'test'),
    pytest('Python tests of the in-memory AWS', folder, '-m', 'not drill', REHEARSAL),
    jest('tests', folder, '--testPathIgnorePatterns'),
  ],
);

/** The long tests: interruptions, whole lives of changing stacks, many generated cases. Python's run beside the others. */
export const drillsCommand = checking(
  'npm run drills',
  'Runs the long tests: interruptions, whole lives of changing stacks, many generated cases.',
  [],
  (folder) => [
    pytest('Python drills', folder, '-m', 'drill', 'test'),
    jest('drills', folder, '--testPathPatterns'),
  ],
);

/** A command that runs quick steps, then tests, and tells the slowest of these. */
function checking(
  name: string,
  summary: string,
  quick: readonly Step[],
  tests: (folder: string) => readonly Step[],
): Command {
  const line = new CommandLine({ name, summary, options: {}, examples: [name], read: () => undefined });
  return line.command(async (_arguments, context) => {
    const { terminal, signal } = context;
    await ensurePythonEnvironment({ requirements: TEST_REQUIREMENTS, terminal, signal });
    await all(quick, context);
    const folder = mkdtempSync(join(tmpdir(), 'check-'));
    try {
      await all(tests(folder), context);
    } finally {
      const files = readdirSync(folder).flatMap((file) => {
        const text = readFileSync(join(folder, file), 'utf8');
        return file.endsWith('.xml') ? pytestFiles(text) : jestFiles(text, ROOT);
      });
      terminal.info(['\nslowest files:', ...slowest(files)].join('\n'));
      rmSync(folder, { recursive: true });
    }
    return 0;
  });
}

/** A run of pytest, which says in the folder how long each test took. */
function pytest(name: string, folder: string, ...options: string[]): Step {
  const times = ['--junit-xml', join(folder, `${name}.xml`)];
  return [name, '.venv/bin/python', '-m', 'pytest', '-q', '-p', 'no:cacheprovider', ...times, ...options];
}

/** A run of jest with or without the drills. Two workers beside pytest: on two cores, one waits for what it started while the others work. */
function jest(name: string, folder: string, choice: string): Step {
  const times = ['--json', '--outputFile', join(folder, 'jest.json')];
  return [name, 'jest', choice, String.raw`\.drill\.ts$`, '--maxWorkers=2', ...times];
}

/** Runs steps at once, to the end of all. Throws for those that failed. */
async function all(steps: readonly Step[], context: CommandContext): Promise<void> {
  const failed = await Promise.all(
    steps.map(async (step, index) => ((await run(step, index < steps.length - 1, context)) ? [] : step[0])),
  );
  if (failed.flat().length > 0) {
    throw new UserError(`${failed.flat().join(', ')} failed`);
  }
}

/** Runs a step; whether it passed. What it prints comes at its end where another one prints meanwhile. */
async function run(
  [name, command, ...rest]: Step,
  collected: boolean,
  { terminal, signal }: CommandContext,
): Promise<boolean> {
  const started = Date.now();
  const heading = `\n=== ${name}`;
  terminal.info(collected ? `${heading}: told at its end` : heading);
  const path = command.includes('/') ? command : join(ROOT, 'node_modules', '.bin', command);
  const child = spawn(path, rest, {
    cwd: ROOT,
    stdio: collected ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    signal,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (data: Buffer) => (output += data.toString()));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  if (collected) {
    terminal.info(`${heading}\n${output.trimEnd()}`);
  }
  terminal.info(`${name}: ${((Date.now() - started) / 1000).toFixed(0)} s`);
  return code === 0;
}
