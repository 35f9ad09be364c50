import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack, Stage } from 'aws-cdk-lib';
import { readAssetContents, readContents } from '../../lib/aws/directory-contents';
import { DirectoryAsset } from '../../lib/aws/directory-asset';
import { directoryFiles } from '../../lib/aws/directory-files';
import { readCloudAssembly } from '../../lib/assembly/cloud-assembly';

let root: string;
let data: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'asset-'));
  data = join(root, 'data');
  mkdirSync(join(data, 'deep'), { recursive: true });
  writeFileSync(join(data, 'deep', 'a.csv'), 'a\n');
  writeFileSync(join(data, 'left-out'), '');
});

afterEach(() => rmSync(root, { recursive: true }));

/** Synthesizes the directory as an asset; its path in the assembly. */
function synthesize(form: 'files' | 'archive' = 'files', scope = (app: App): App | Stage => app): string {
  const app = new App({ outdir: join(root, 'out') });
  const found = directoryFiles(data, (path) => path.endsWith('left-out'));
  const stack = new Stack(scope(app), 'stack');
  const asset = new DirectoryAsset(stack, 'Data', {
    directory: data,
    contents: readContents(data, found, form),
    form,
  });
  app.synth();
  const { directory } = app.synth();
  const nested = readdirSync(directory).find((name) => name.startsWith('assembly-'));
  const [synthesized] = readCloudAssembly(join(directory, nested ?? ''));
  return synthesized!.assets.get(asset.s3ObjectKey)!;
}

test('it has the files that it was given, and says what they are', () => {
  const asset = synthesize();
  expect(readdirSync(asset, { recursive: true })).toEqual(['deep', 'deep/a.csv']);
  expect([...readAssetContents(asset)!.keys()]).toEqual(['deep/a.csv']);
  expect(synthesize('archive')).toBe(`${asset}.tar.gz`);
});

test('a stage of the app finds it, too', () => {
  const asset = synthesize('files', (app) => new Stage(app, 'production'));
  expect(readFileSync(join(asset, 'deep', 'a.csv'), 'utf8')).toBe('a\n');
});

test.each([
  ['another end of line', 'a\n', 'a\r\n'],
  ['another letter of an encoding that is not UTF-8', Buffer.from([0xe8]), Buffer.from([0xe9])],
])('%s is another asset', (_, before, after) => {
  writeFileSync(join(data, 'deep', 'a.csv'), before);
  const former = synthesize();
  writeFileSync(join(data, 'deep', 'a.csv'), after);
  expect(synthesize()).not.toBe(former);
});

test('what a killed synthesis left is not taken for the whole', () => {
  const asset = synthesize();
  rmSync(asset, { recursive: true });
  mkdirSync(`${asset}.4711`);
  expect(readdirSync(synthesize())).toEqual(['deep']);
});
