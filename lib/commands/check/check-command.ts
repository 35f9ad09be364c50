import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ensurePythonEnvironment } from '../local/python-environment';
import type { Command, CommandContext } from '../../console/main';
import { TEST_REQUIREMENTS } from '../local/python-requirements';
import { UserError } from '../../console/user-error';

/** A step's name, its program and its arguments. */
type Step = readonly [name: string, command: string, ...arguments_: string[]];

const ROOT = join(__dirname, '..', '..', '..');

/** The one check: its steps in their order, the quickest first. Those in one line run at once. */
const STEPS: readonly (readonly Step[])[] = [
  [['format', 'prettier', '--check', '.']],
  [['lint', 'oxlint']],
  [['types', 'tsc', '--noEmit', '-p', '.']],
  [['Python format', '.venv/bin/ruff', 'format', '--check', '.']],
  [['Python lint', '.venv/bin/ruff', 'check', '.']],
  // Both wait most of their time, for deploys, servers and alarms.
  [
    ['Python tests', '.venv/bin/python', '-m', 'pytest', '-q', '-p', 'no:cacheprovider', 'test'],
    ['tests', 'jest'],
  ],
];

/** Runs all checks of the project: the same on a laptop and in CI. Stops after the first steps that fail. */
export const checkCommand: Command = async (_argv, context) => {
  const { terminal, signal } = context;
  await ensurePythonEnvironment({ requirements: TEST_REQUIREMENTS, terminal, signal });
  for (const steps of STEPS) {
    const failed = await Promise.all(
      steps.map(async (step, index) => ((await run(step, index < steps.length - 1, context)) ? [] : step[0])),
    );
    if (failed.flat().length > 0) {
      throw new UserError(`${failed.flat().join(', ')} failed`);
    }
  }
  return 0;
};

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
