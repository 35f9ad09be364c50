import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { idleStopProblems, idleStopScript } from '../../lib/workspace/notebook-idle-stop';

const idleTimeouts = fc.integer({ min: 600, max: Number.MAX_SAFE_INTEGER });
const program = readFileSync(join(__dirname, '../../lib/workspace/notebook-idle-stop.py'), 'utf8');

describe('the rendered script', () => {
  test('leaves, for every timeout, nearly half of the 16,384 characters of base64 that SageMaker takes', () => {
    fc.assert(
      fc.property(idleTimeouts, (idleTimeout) => {
        const script = idleStopScript(idleTimeout);
        expect(Buffer.from(script).toString('base64').length).toBeLessThanOrEqual(9_000);
        expect(script).toContain(`--idle-timeout ${idleTimeout} `);
        expect(script).not.toMatch(/@[A-Z_]+@/);
      }),
    );
  });

  test('is plain text with the program in it, compressed as `npm run format` left it', () => {
    expect(idleStopScript(3600)).toMatch(/^#!\/bin\/bash\n[\n -~]*$/);
    const [, packed] = /<<'END_OF_PROGRAM'[^\n]*\n(.*)\nEND_OF_PROGRAM\n/s.exec(idleStopScript(3600))!;
    expect(gunzipSync(Buffer.from(packed!, 'base64')).toString()).toBe(program);
  });

  test('fetches and installs nothing', () => {
    const script = idleStopScript(3600);
    expect(script).not.toMatch(/\b(curl|wget|pip|yum|dnf|git|s3)\b|\bconda\b(?!\/)/);
    expect(script).not.toMatch(/https?:/);
    expect(program.match(/https?:\/\/[^\s"]*/g)).toEqual(['https://localhost:8443']);
  });
});

describe('running the script', () => {
  let scratch: string;
  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'idle-stop-'));
    mkdirSync(join(scratch, 'bin'));
  });
  afterEach(() => rmSync(scratch, { recursive: true }));

  const fake = (tool: string, body = '') => {
    writeFileSync(join(scratch, 'bin', tool), `#!/bin/sh\necho "${tool} $*" >>"${scratch}/calls"\n${body}\n`);
    chmodSync(join(scratch, 'bin', tool), 0o755);
  };
  const run = (path = `${scratch}/bin:/usr/bin:/bin`, own?: string) =>
    spawnSync('/bin/bash', ['-c', idleStopScript(5400, own)], {
      env: { PATH: path, DESTDIR: join(scratch, 'root dir') },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const installed = (path: string) => readFileSync(join(scratch, 'root dir', path), 'utf8');

  test('installs the program and starts its timer, at every start again', () => {
    ['aws', 'python3', 'systemctl'].forEach((tool) => fake(tool));
    for (const starts of [1, 2]) {
      expect(run()).toMatchObject({ status: 0, stderr: '' });
      expect(installed('usr/local/bin/notebook-idle-stop')).toBe(program);
      expect(installed('etc/systemd/system/notebook-idle-stop.service')).toContain(
        `ExecStart=/bin/sh -c 'exec ${scratch}/bin/python3 -I /usr/local/bin/notebook-idle-stop ` +
          "--idle-timeout 5400 >>/var/log/jupyter.log 2>&1'\n",
      );
      expect(installed('etc/systemd/system/notebook-idle-stop.timer')).toContain('OnUnitInactiveSec=2min\n');
      expect(readFileSync(join(scratch, 'calls'), 'utf8')).toBe(
        'systemctl daemon-reload\nsystemctl restart notebook-idle-stop.timer\n'.repeat(starts),
      );
    }
  });

  test.each(['usr/local/bin', 'opt/conda/bin', 'home/ec2-user/anaconda3/bin'])(
    'finds the AWS CLI in /%s, which is not on the PATH of the start, and tells the program',
    (place) => {
      ['python3', 'systemctl'].forEach((tool) => fake(tool));
      mkdirSync(join(scratch, 'root dir', place), { recursive: true });
      writeFileSync(join(scratch, 'root dir', place, 'aws'), '#!/bin/sh\n', { mode: 0o755 });
      expect(run()).toMatchObject({ status: 0, stderr: '' });
      const [, path] = /^Environment="PATH=(.*)"$/m.exec(
        installed('etc/systemd/system/notebook-idle-stop.service'),
      )!;
      expect(path!.split(':')).toContain(join(scratch, 'root dir', place));
    },
  );

  test.each(['aws', 'python3', 'systemctl'])(
    'fails, so that the instance does not start, without %s',
    (tool) => {
      ['aws', 'python3', 'systemctl'].filter((other) => other !== tool).forEach((other) => fake(other));
      const result = run(`${scratch}/bin`);
      expect(result.status).toBe(1);
      expect(result.stderr).toContain(`notebook-idle-stop: ${tool} is not on PATH`);
      expect(existsSync(join(scratch, 'root dir'))).toBe(false);
    },
  );

  test("runs a script of one's own as a file with its own first line and nothing to read", () => {
    ['aws', 'systemctl'].forEach((tool) => fake(tool));
    const own = [
      '#!/usr/bin/env python3',
      'import os, sys',
      "print(os.path.basename(sys.argv[0]), repr(sys.stdin.read()), '''",
      'END_OF_ON_START',
      "'''.strip())",
      'sys.exit(7)',
    ].join('\n');
    const result = run(undefined, own);
    expect(result.stdout.trimEnd().split('\n').at(-1)).toBe("on-start '' END_OF_ON_START");
    expect(result.status).toBe(7);
    // It came after the idle stop, which stands whatever the script does.
    expect(readFileSync(join(scratch, 'calls'), 'utf8')).toContain('restart notebook-idle-stop.timer');
  });

  test('runs a script without a first line by a shell, whose `read` gets no line of the script', () => {
    ['aws', 'systemctl'].forEach((tool) => fake(tool));
    const result = run(undefined, 'read -r answer || true\necho "the answer was \'$answer\'"');
    expect(result.stdout).toContain("the answer was ''\n");
    expect(result.status).toBe(0);
  });

  test('fails when systemd refuses the timer', () => {
    ['aws', 'python3'].forEach((tool) => fake(tool));
    fake('systemctl', 'exit 5');
    expect(run().status).toBe(5);
  });
});

describe('idle timeouts', () => {
  test('of ten minutes and more are taken', () => {
    fc.assert(fc.property(idleTimeouts, (idleTimeout) => expect(idleStopProblems(idleTimeout)).toEqual([])));
  });

  test('that are too short or no whole seconds are refused with the way out', () => {
    const bad = fc.oneof(
      fc.integer({ max: 599 }),
      fc.double().filter((value) => !Number.isInteger(value)),
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY),
    );
    fc.assert(
      fc.property(bad, (idleTimeout) => {
        const [problem, ...others] = idleStopProblems(idleTimeout);
        expect(others).toEqual([]);
        expect(problem).toContain(
          `notebook.idleTimeout: ${idleTimeout} seconds is not a whole number from 600`,
        );
        expect(problem).toContain('Duration.minutes(10)');
      }),
    );
  });
});
