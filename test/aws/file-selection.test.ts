import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Channel } from '../../lib/training/channel';
import { FileSelection } from '../../lib/aws/file-selection';
import { SourceDirectory } from '../../lib/training/source-directory';

const KEY = '-----BEGIN RSA PRIVATE KEY-----\nabc\n';
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'selection-'));
  write({ 'train.py': 'print(1)' });
});

afterEach(() => rmSync(root, { recursive: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, contents] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), contents);
  }
}

const SECRETS = {
  '.env': 'A=1',
  'deep/.aws/credentials': '[default]',
  '.ssh/known_hosts': '',
  '.netrc': '',
  'server #1.pem': KEY,
  id_rsa: KEY,
};

/** The job that reads the channels. */
const JOB = { inputMode: 'File', inVpc: false } as const;

test('secrets stay out of a source directory and of a dataset, and are told', () => {
  const channel = Channel.fromDirectory(root);
  const before = channel.prefix('training');
  write({ ...SECRETS, '.env.example': 'A=', 'ca.pem': '-----BEGIN CERTIFICATE-----' });
  const { files, secrets } = new FileSelection(root).selection;
  expect(files).toEqual(['.env.example', 'ca.pem', 'train.py']);
  expect(secrets).toEqual(['.env', '.netrc', '.ssh', 'deep/.aws', 'id_rsa', 'server #1.pem']);
  rmSync(join(root, '.env.example'));
  rmSync(join(root, 'ca.pem'));
  expect(Channel.fromDirectory(root).prefix('training')).toBe(before);
  expect(new SourceDirectory(root).secrets()).toContain(join(root, '.env'));
});

test('a secret that is named travels', () => {
  write({ ...SECRETS, '.sagemakerignore': '!.env\n!server*.pem\n' });
  const { files, secrets } = new FileSelection(root).selection;
  expect(files).toEqual(['.env', 'server #1.pem', 'train.py']);
  expect(secrets).not.toContain('.env');
});

test('what editors leave is no other data, and no other source', () => {
  const channel = Channel.fromDirectory(root);
  const [prefix, files] = [channel.prefix('training'), new SourceDirectory(root).files()];
  write({ '.train.py.swp': 'x', 'train.py~': 'x', '#train.py#': 'x', 'deep/.DS_Store': '' });
  symlinkSync('someone@laptop.4711:1700000000', join(root, '.#train.py'));
  expect(new SourceDirectory(root).files()).toEqual(files);
  expect(Channel.fromDirectory(root).prefix('training')).toBe(prefix);
  expect(new SourceDirectory(root).problems('train.py')).toEqual([]);
  expect(Channel.fromDirectory(root).problems('channels.training', JOB)).toEqual([]);
});

test('a link that leads out is refused by its name, in either, unless it stays out', () => {
  symlinkSync('/etc/hostname', join(root, 'host'));
  const problem = `'${join(root, 'host')}' is a link to '/etc/hostname', outside of the directory; put a file in its place, or name it in ${join(root, '.sagemakerignore')}`;
  expect(new SourceDirectory(root).problems('train.py')).toEqual([`training.sourceDir: ${problem}`]);
  expect(Channel.fromDirectory(root).problems('channels.training', JOB)).toEqual([
    `channels.training: ${problem}`,
  ]);
  write({ '.sagemakerignore': 'host' });
  expect(new SourceDirectory(root).problems('train.py')).toEqual([]);
  expect(Channel.fromDirectory(root).problems('channels.training', JOB)).toEqual([]);
});

test('many problems are five lines and a count', () => {
  for (let index = 0; index < 8; index++) {
    symlinkSync('/nowhere', join(root, `link${index}`));
  }
  const problems = new FileSelection(root).problems('training.sourceDir');
  expect(problems).toHaveLength(6);
  expect(problems.at(-1)).toBe(`training.sourceDir: and 3 more such files in '${root}'`);
});
