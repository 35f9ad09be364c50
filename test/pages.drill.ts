// The commands of README and the pages, as they are written there, in a clone: on this machine, and with the rehearsal's AWS.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Clone, PAGE_COMMANDS, ROOT } from './page-commands';

const PHOTOGRAPHS = join(ROOT, 'training/data/sample');
const ran = new Set<string>();
const started = new Set<ChildProcess>();
let clone: Clone;

beforeAll(() => {
  clone = new Clone();
  clone.commit();
  cpSync(PHOTOGRAPHS, join(clone.home, 'photographs'), { recursive: true });
  cpSync(join(PHOTOGRAPHS, 'original/animal_01.jpg'), join(clone.root, 'photograph.jpg'));
});
afterAll(async () => {
  await Promise.all([...started].map(interrupt));
  clone.remove();
}, 60_000);

/** A command that goes on; resolves once it says this, rejects when it ends before. */
async function begin(command: string, until: RegExp) {
  ran.add(command);
  // A group of its own, as in a terminal, where Ctrl-C reaches all of it.
  const child = spawn('sh', ['-c', command], { cwd: clone.root, env: clone.environment, detached: true });
  started.add(child);
  let said = '';
  await new Promise<void>((done, failed) => {
    const hear = (data: Buffer) => {
      said += data.toString();
      if (until.test(said)) {
        done();
      }
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('close', () => failed(new Error(`${command} ended: ${said}`)));
  });
  return { child, said };
}

/** Ctrl-C, and the end that follows. */
async function interrupt(child: ChildProcess): Promise<void> {
  started.delete(child);
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((done) => child.on('close', done));
    process.kill(-child.pid!, 'SIGINT');
    await ended;
  }
}

/**
 * A command until its end.
 * @param answers what a person types, in a terminal that there is for it
 * @param written the command as the page has it, where it differs
 */
async function run(command: string, variables: object = {}, answers?: string, written = command) {
  ran.add(written);
  const line = answers === undefined ? ['sh', '-c', command] : ['script', '-qec', command, '/dev/null'];
  return new Promise<{ code: unknown; said: string }>((done) => {
    const options = { cwd: clone.root, env: { ...clone.environment, ...variables } };
    const child = execFile(line[0]!, line.slice(1), options, (error, stdout, stderr) =>
      done({ code: error?.code ?? 0, said: stdout + stderr }),
    );
    child.stdin!.end(answers);
  });
}

test('on this machine', async () => {
  expect(await run('npm run format')).toMatchObject({ code: 0 });
  clone.git('diff', '--exit-code');
  const local = await run('npm run local');
  expect(local.code === 0 ? '' : local.said).toBe('');
  const data = 'npm run local -- --channel training=$HOME/photographs --hyperparameter epochs=5';
  const other = await run(data);
  expect(other.code === 0 ? '' : other.said).toBe('');
  const { child } = await begin('npm run local -- --skip-training --serve 8080', /serving at http/);
  const invoke = await run('npm run invoke -- $HOME/photographs/original --url http://127.0.0.1:8080');
  expect(invoke.code === 0 ? '' : invoke.said).toBe('');
  await interrupt(child);
  expect(existsSync(join(clone.root, 'predictions/animal_01.overlay.png'))).toBe(true);
}, 600_000);

test('with an AWS', async () => {
  const { child, said } = await begin('npm start -- --keep', /export AWS_(?:.*\\\n)*.*[^\\]\n/);
  const exported = /export (AWS_[^]*?)\n {2}npm/.exec(`${said}\n  npm`)?.[1] ?? '';
  const aws = Object.fromEntries(
    [...exported.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name!, value!]),
  );
  const [job] = /unet-\w+-\w+(?= Completed)/.exec(said) ?? [];
  const expected: readonly {
    readonly command: string;
    readonly code?: number;
    readonly says: RegExp;
    readonly answers?: string;
    readonly written?: string;
  }[] = [
    { command: 'npx cdk bootstrap', says: /bootstrapped \(no changes\)/ },
    {
      command: 'npm run deploy',
      says: /Nothing changes: what bin\/app\.ts declares is deployed/,
      answers: '',
    },
    { command: 'npm run watch', says: new RegExp(`${job}.*Completed`) },
    {
      command: `npm run watch -- ${job}`,
      says: new RegExp(`${job}.*Completed`),
      written: 'npm run watch -- unet-bcb369e63c-0f1e2d3c',
    },
    { command: 'npm run invoke -- photograph.jpg', says: /predictions\/photograph\.overlay\.png/ },
    { command: 'npm run leftovers', code: 1, says: /unet-endpoint/ },
    { command: 'npx cdk destroy --all', says: /unet-workspace.*: destroyed/, answers: 'y\n' },
    { command: 'npm run leftovers -- unet --region eu-west-1 --region us-east-1 --json', says: /\{/ },
  ];
  for (const { command, code = 0, says, answers, written } of expected) {
    const result = await run(command, aws, answers, written);
    expect({ command, ...result }).toEqual({ command, code, said: expect.stringMatching(says) });
  }
  expect(readFileSync(join(clone.root, 'predictions/photograph.mask.png')).length).toBeGreaterThan(100);
  await interrupt(child);
}, 600_000);

test('a whole life', async () => {
  const life = await run('npm start');
  expect(life.code === 0 ? '' : life.said).toBe('');
  expect(life.said).toContain('\n0 left\n');
}, 600_000);

test("the README's own script, in place of the example", async () => {
  clone.bringOwnScript();
  const local = await run('npm run local');
  expect(local.code === 0 ? '' : local.said).toBe('');
  const { child } = await begin('npm run local -- --skip-training --serve 8080', /serving at http/);
  const invoke = await run('npm run invoke -- new.csv --url http://127.0.0.1:8080');
  await interrupt(child);
  expect(invoke).toEqual({ code: 0, said: expect.stringContaining('predictions') });
}, 600_000);

test('those are all that the list says', () => {
  const listed = Object.keys(PAGE_COMMANDS).filter(
    (command) => PAGE_COMMANDS[command]!.asWritten === 'npm run drills',
  );
  expect([...ran].toSorted()).toEqual(listed.toSorted());
});
