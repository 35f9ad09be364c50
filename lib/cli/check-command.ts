import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ensurePythonEnvironment } from '../local/python-environment';
import type { Command } from './main';
import { TEST_REQUIREMENTS } from './python-requirements';
import { UserError } from './user-error';

/** The one check: its steps in their order, the quickest first. */
const STEPS: readonly (readonly [name: string, command: string, ...arguments_: string[]])[] = [
  ['format', 'prettier', '--check', '.'],
  ['lint', 'oxlint'],
  ['types', 'tsc', '--noEmit', '-p', '.'],
  ['Python format', '.venv/bin/ruff', 'format', '--check', '.'],
  ['Python lint', '.venv/bin/ruff', 'check', '.'],
  ['Python tests', '.venv/bin/python', '-m', 'pytest', '-q', '-p', 'no:cacheprovider', 'test'],
  ['tests', 'jest'],
];

/** Runs all checks of the project: the same on a laptop and in CI. Stops at the first step that fails. */
export const checkCommand: Command = async (_argv, { terminal, signal }) => {
  await ensurePythonEnvironment({ requirements: TEST_REQUIREMENTS, terminal, signal });
  const bin = join(__dirname, '..', '..', 'node_modules', '.bin');
  for (const [name, command, ...rest] of STEPS) {
    const started = Date.now();
    terminal.info(`\n=== ${name}`);
    const path = command.includes('/') ? command : join(bin, command);
    const child = spawn(path, rest, { cwd: join(__dirname, '..', '..'), stdio: 'inherit', signal });
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) {
      throw new UserError(`${name} failed`);
    }
    terminal.info(`${name}: ${((Date.now() - started) / 1000).toFixed(0)} s`);
  }
  return 0;
};
