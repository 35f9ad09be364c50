import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { UserError } from '../../lib/console/user-error';
import { withDirectoryLock } from '../../lib/python/directory-lock';
import { ensurePythonEnvironment } from '../../lib/python/python-environment';
import { RecordingTerminal } from '../console/recording-terminal';

const never = new AbortController().signal;
const PATH = process.env.PATH;

/** The project's own environment, whose interpreter makes the one that the tests copy. */
const PYTHON = resolve(__dirname, '../../.venv/bin/python');

let shared: string;
beforeAll(() => {
  shared = mkdtempSync(join(tmpdir(), 'python-environments-'));
  execFileSync(PYTHON, ['-m', 'venv', join(shared, 'made')]);
  mkdirSync(join(shared, 'bin'));
  const shim = `case "$1 $2 $3" in
  "-m venv --clear") mkdir -p "$4" && find "$4" -mindepth 1 -delete && cp -a '${shared}/made/.' "$4" ;;
  *) exec '${PYTHON}' "$@" ;;
esac`;
  writeFileSync(join(shared, 'bin/python3.12'), `#!/bin/sh\n${shim}\n`, { mode: 0o755 });
}, 60_000);
afterAll(() => rmSync(shared, { recursive: true }));

/** Puts an interpreter on the PATH that copies an environment instead of making one, which takes seconds. */
function copyingPython(): void {
  process.env.PATH = `${join(shared, 'bin')}:${PATH}`;
}

let root: string;
let requirements: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'python-environment-'));
  requirements = join(root, 'requirements.txt');
  writeSource('tiny', '1.0');
  writeFileSync(requirements, './tiny\n'.replace('./', `${root}/`));
});
afterEach(() => {
  process.env.PATH = PATH;
  rmSync(root, { recursive: true, force: true });
});

/** A package that pip installs without a network. */
function writeSource(name: string, version: string): void {
  mkdirSync(join(root, name), { recursive: true });
  writeFileSync(join(root, name, `${name}.py`), `version = '${version}'\n`);
  writeFileSync(
    join(root, name, 'pyproject.toml'),
    `[project]\nname = '${name}'\nversion = '${version}'\n[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n`,
  );
  // The smallest build backend: a wheel by hand.
  writeFileSync(
    join(root, name, 'backend.py'),
    `import zipfile
def build_wheel(directory, config_settings=None, metadata_directory=None):
    wheel = '${name}-${version}-py3-none-any.whl'
    info = '${name}-${version}.dist-info'
    with zipfile.ZipFile(directory + '/' + wheel, 'w') as archive:
        archive.write('${name}.py')
        archive.writestr(info + '/METADATA', 'Metadata-Version: 2.1\\nName: ${name}\\nVersion: ${version}\\n')
        archive.writestr(info + '/WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
        archive.writestr(info + '/RECORD', '${name}.py,,\\n' + info + '/METADATA,,\\n' + info + '/WHEEL,,\\n' + info + '/RECORD,,\\n')
    return wheel
`,
  );
}

/** Interpreters on the PATH, each a shell script. */
function fakePythons(scripts: Record<string, string>): void {
  const bin = join(root, 'bin');
  mkdirSync(bin);
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  for (const tool of ['sh', 'sleep']) {
    symlinkSync(`/bin/${tool}`, join(bin, tool));
  }
  process.env.PATH = bin;
}

const ensure = (terminal = new RecordingTerminal(), signal = never) =>
  ensurePythonEnvironment({ requirements: [requirements], terminal, signal, projectRoot: root });

test('installs once, starts nothing the second time, and installs again when the requirements change', async () => {
  const python = await ensure();
  expect(readdirSync(join(root, '.venv/lib'))).toHaveLength(1);
  const site = join(root, '.venv/lib', readdirSync(join(root, '.venv/lib'))[0]!, 'site-packages');
  expect(readFileSync(join(site, 'tiny.py'), 'utf8')).toBe("version = '1.0'\n");

  // Were a process started, it would be one of these.
  process.env.PATH = '/nowhere';
  rmSync(python);
  symlinkSync('/bin/false', python);
  const terminal = new RecordingTerminal();
  expect(await ensure(terminal)).toBe(python);
  expect(terminal.infos).toEqual([]);

  process.env.PATH = PATH;
  rmSync(python);
  writeSource('tiny', '2.0');
  writeFileSync(requirements, `${root}/tiny\n# changed\n`);
  await ensure();
  expect(readFileSync(join(site, 'tiny.py'), 'utf8')).toBe("version = '2.0'\n");
}, 120_000);

test('two sets of requirements share the environment, until one replaces a package of the other', async () => {
  copyingPython();
  const more = join(root, 'more.txt');
  const ensureMore = (terminal: RecordingTerminal) =>
    ensurePythonEnvironment({ requirements: [more], terminal, signal: never, projectRoot: root });
  await ensure();
  // The same package under the same version is not installed again.
  writeFileSync(more, 'tiny==1.0\n# and what tests need\n');
  await ensureMore(new RecordingTerminal());
  const quiet = new RecordingTerminal();
  await ensure(quiet);
  await ensureMore(quiet);
  expect(quiet.infos).toEqual([]);

  writeSource('tiny', '2.0');
  writeFileSync(more, `${root}/tiny\n# another version\n`);
  const replacing = new RecordingTerminal();
  await ensureMore(replacing);
  expect(replacing.infos.join()).toContain('installing Python packages');
  const again = new RecordingTerminal();
  await ensure(again);
  expect(again.infos.join()).toContain('installing Python packages');
}, 120_000);

test('an interrupted installation is done again from the beginning', async () => {
  copyingPython();
  const python = await ensure();
  writeFileSync(requirements, `${root}/tiny\n# changed\n`);
  const interruption = new AbortController();
  const terminal = new RecordingTerminal();
  const interrupted = ensure(terminal, interruption.signal);
  interruption.abort();
  await expect(interrupted).rejects.toThrow('aborted');
  const site = join(root, '.venv/lib', readdirSync(join(root, '.venv/lib'))[0]!, 'site-packages');
  writeFileSync(join(site, 'left-behind.py'), '');
  expect(readdirSync(root)).not.toContain('.venv.lock');
  await expect(ensure()).resolves.toBe(python);
  expect(existsSync(join(site, 'left-behind.py'))).toBe(false);
  expect(existsSync(join(site, 'tiny.py'))).toBe(true);
}, 120_000);

test('two processes at once wait for each other, and the lock of a dead one is taken over', async () => {
  copyingPython();
  // No process has this id: it is beyond the greatest that Linux and macOS give.
  symlinkSync('4194305 1', join(root, '.venv.lock'));
  const script = `
    const { ensurePythonEnvironment } = require(${JSON.stringify(resolve(__dirname, '../../lib/python/python-environment'))});
    const terminal = { info: (text) => console.log(text), progress() {}, clearProgress() {} };
    ensurePythonEnvironment({ requirements: [${JSON.stringify(requirements)}], terminal, signal: new AbortController().signal,
      projectRoot: ${JSON.stringify(root)} }).then((python) => console.log(python));`;
  const runs = await Promise.all(
    [1, 2].map(
      () =>
        new Promise<string>((done) => {
          const child = spawn(process.execPath, ['-r', 'ts-node/register', '-e', script], {
            cwd: resolve(__dirname, '../..'),
            env: process.env,
          });
          let output = '';
          child.stdout.on('data', (data) => (output += data));
          child.stderr.on('data', (data) => (output += data));
          child.on('close', () => done(output));
        }),
    ),
  );
  const all = runs.join('');
  expect(all.match(/installing Python packages/g)).toHaveLength(1);
  expect(all.split('\n').filter((line) => line === join(root, '.venv/bin/python'))).toHaveLength(2);
  expect(readdirSync(root).filter((name) => name.startsWith('.venv'))).toEqual(['.venv']);
}, 120_000);

test('one that is reached by a link is locked under its own name', async () => {
  copyingPython();
  await ensure();
  mkdirSync(join(root, 'clone'));
  symlinkSync(join(root, '.venv'), join(root, 'clone/.venv'));
  writeFileSync(requirements, `${root}/tiny\n# changed\n`);
  const terminal = new RecordingTerminal();
  const linked = { requirements: [requirements], terminal, signal: never, projectRoot: join(root, 'clone') };
  const options = { signal: never, onWait: () => undefined };
  const installed = await withDirectoryLock(join(root, '.venv.lock'), options, async () => {
    const installation = ensurePythonEnvironment(linked);
    return { installation };
  });
  await installed.installation;
  expect(terminal.infos[0]).toBe(`waiting for process ${process.pid}, which sets up the Python environment`);
}, 120_000);

test('fails with the versions that do and those that were found', async () => {
  fakePythons({ python3: 'echo 3.13.2', python: 'echo 2.7.18' });
  await expect(ensure()).rejects.toThrow(
    new UserError(
      'Python 3.10, 3.11 or 3.12 is needed, and python3 is 3.13.2, python is 2.7.18; install one of these (python.org, pyenv, apt or brew)',
    ),
  );
});

test('fails without any Python', async () => {
  fakePythons({});
  await expect(ensure()).rejects.toThrow('Python 3.10, 3.11 or 3.12 is needed, and no Python is on the PATH');
});

test('fails with the package to install where Debian leaves the venv module out', async () => {
  fakePythons({
    'python3.11':
      'case "$*" in *platform*) echo 3.11.2;; *) echo "ensurepip is not available"; exit 1;; esac',
  });
  await expect(ensure()).rejects.toThrow(
    'cannot make .venv: python3.11 lacks its venv module; on Debian or Ubuntu: apt install python3.11-venv',
  );
});

test('fails with the last words of pip', async () => {
  copyingPython();
  writeFileSync(requirements, '/nowhere/at-all\n');
  await expect(ensure()).rejects.toThrow(/cannot install the Python packages: .*nowhere\/at-all/s);
}, 60_000);
