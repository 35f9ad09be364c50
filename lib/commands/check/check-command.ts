// `npm test` and `npm run drills`: the steps that check this repository, here and in CI, and which test files were slowest.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
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

const PYTEST = ['.venv/bin/python', '-m', 'pytest', '-q', '-p', 'no:cacheprovider'] as const;

/** All checks of the project but the drills: the same on a laptop and in CI. */
export const checkCommand: Command = new CommandLine({
  name: 'npm test',
  summary:
    'Checks the project: format, lint, types, layers and tests, but for the drills. The same here and in CI.',
  options: {},
  examples: ['npm test'],
  read: () => undefined,
}).command(async (_arguments, context) => {
  await ready(context);
  await all(QUICK, context);
  await tests(
    (times) => [
      ['Python tests', ...PYTEST, '-m', 'not drill', '--junit-xml', times.pytest, 'test'],
      ['tests', 'jest', '--testPathIgnorePatterns', String.raw`\.drill\.ts$`, ...jestOptions(times)],
    ],
    context,
  );
  return 0;
});

/** The long tests: interruptions, whole lives of changing stacks, many generated cases. Python's run beside the others. */
export const drillsCommand: Command = new CommandLine({
  name: 'npm run drills',
  summary: 'Runs the long tests: interruptions, whole lives of changing stacks, many generated cases.',
  options: {},
  examples: ['npm run drills'],
  read: () => undefined,
}).command(async (_arguments, context) => {
  await ready(context);
  await tests(
    (times) => [
      ['Python drills', ...PYTEST, '-m', 'drill', '--junit-xml', times.pytest, 'test'],
      ['drills', 'jest', '--testPathPatterns', String.raw`\.drill\.ts$`, ...jestOptions(times)],
    ],
    context,
  );
  return 0;
});

/** Files of a run that say how long each test took. */
interface Times {
  readonly jest: string;
  readonly pytest: string;
}

/** Two workers beside pytest: on two cores, one waits for what it started while the others work. */
function jestOptions({ jest }: Times): string[] {
  return ['--maxWorkers=2', '--json', '--outputFile', jest];
}

async function ready({ terminal, signal }: CommandContext): Promise<void> {
  await ensurePythonEnvironment({ requirements: TEST_REQUIREMENTS, terminal, signal });
}

/** Runs tests, and tells the slowest. */
async function tests(steps: (times: Times) => readonly Step[], context: CommandContext): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'check-'));
  const times = { jest: join(folder, 'jest.json'), pytest: join(folder, 'pytest.xml') };
  try {
    await all(steps(times), context);
  } finally {
    const files = [
      ...(existsSync(times.jest) ? jestFiles(readFileSync(times.jest, 'utf8'), ROOT) : []),
      ...(existsSync(times.pytest) ? pytestFiles(readFileSync(times.pytest, 'utf8')) : []),
    ];
    context.terminal.info(['\nslowest files:', ...slowest(files)].join('\n'));
    rmSync(folder, { recursive: true });
  }
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
