import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { localLine } from '../../../lib/commands/local/local-command';
import { folder, local, processesOf, ROOT, until } from './local-process';

const SAMPLE = join(ROOT, 'training/data/sample/original');
const SMALL = ['epochs=2', 'filters=4', 'image-size=32'].flatMap((text) => ['--hyperparameter', text]);

describe('the command line', () => {
  test('is read into plain data', () => {
    expect(
      localLine.parse([
        '--channel',
        'training=a=b',
        '--hyperparameter',
        'epochs=3',
        '--predict',
        'x.jpg',
        '--serve',
        '9000',
      ]),
    ).toEqual({
      awsCredentials: false,
      channels: { training: 'a=b' },
      hyperparameters: { epochs: '3' },
      predict: ['x.jpg'],
      outDirectory: 'local',
      serve: true,
      port: 9000,
      skipTraining: false,
    });
  });

  test.each([
    [['--epochs', '3'], "Unknown option '--epochs'"],
    [['--channel', 'training'], "--channel 'training' is not of the form NAME=DIR"],
    [['--hyperparameter', '=3'], "--hyperparameter '=3' is not of the form KEY=VALUE"],
    [['stray'], "'stray' belongs to no option"],
    [['--serve', 'x'], "--serve 'x' is not a port from 0 to 65535"],
    [['--serve', '70000'], "--serve '70000' is not a port"],
  ])('fails for %j', (argv, message) => {
    expect(() => localLine.parse(argv)).toThrow(message);
  });
});

test('the declared job trains, is served and predicts, and the report shows it', async () => {
  const out = join(folder, 'whole');
  const { code, said } = await local(
    ...[
      '--out',
      out,
      ...SMALL,
      '--predict',
      join(SAMPLE, 'animal_01.jpg'),
      '--predict',
      join(SAMPLE, 'animal_02.jpg'),
    ],
  ).ended;
  expect({ code, said }).toEqual({ code: 0, said: expect.stringContaining('2 of 2 predicted') as string });
  // Two epochs are too few for the gate that bin/app.ts declares.
  expect(said).toMatch(
    /the gate would stop this model: validation:accuracy is 0\.\d+, at least 0\.8 is asked/,
  );
  const { metrics } = JSON.parse(readFileSync(join(out, 'metrics.json'), 'utf8')) as {
    metrics: { MetricName: string }[];
  };
  expect(metrics.filter(({ MetricName }) => MetricName === 'validation:accuracy')).toHaveLength(2);
  const entries = execFileSync('tar', ['-tzf', join(out, 'model.tar.gz')], { encoding: 'utf8' });
  expect(entries).toContain('1/saved_model.pb');
  expect(readdirSync(join(out, 'predictions')).toSorted()).toEqual([
    'animal_01.mask.png',
    'animal_01.overlay.png',
    'animal_02.mask.png',
    'animal_02.overlay.png',
  ]);
  const report = readFileSync(join(out, 'report.html'), 'utf8');
  expect(report).toContain('animal_01.jpg');
  expect(report).toContain('<svg');
  expect(processesOf(out)).toEqual([]);
}, 300_000);

test('--skip-training serves the last model until it is interrupted, and leaves no process', async () => {
  const out = join(folder, 'whole');
  const { child, ended, said } = local(
    '--out',
    out,
    '--skip-training',
    '--serve',
    '0',
    '--predict',
    join(SAMPLE, 'animal_03.jpg'),
  );
  await until(() => said().includes('serving at http://127.0.0.1:'));
  const url = /serving at (\S+)/.exec(said())?.[1] ?? '';
  expect((await fetch(`${url}/ping`)).status).toBe(200);
  child.kill('SIGINT');
  expect((await ended).code).toBe(130);
  await expect(fetch(`${url}/ping`)).rejects.toThrow('fetch failed');
  expect(processesOf(out)).toEqual([]);
}, 300_000);

test('a script that fails shows its last lines and the FailureReason of SageMaker', async () => {
  const data = mkdtempSync(join(folder, 'data-'));
  writeFileSync(join(data, 'stray.txt'), '');
  const out = join(folder, 'failed');
  const { code, said } = await local('--out', out, '--channel', `training=${data}`).ended;
  expect(code).toBe(1);
  expect(said).toMatch(
    /FailureReason: AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage "ValueError: training channel/,
  );
  expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('Failed');
}, 300_000);

test('a channel that the job does not declare is named with those it has', async () => {
  const { code, said } = await local('--out', join(folder, 'none'), '--channel', 'train=/tmp').ended;
  expect({ code, said }).toEqual({
    code: 2,
    said: expect.stringContaining(
      '--channel train: the job has no such channel; there are training',
    ) as string,
  });
}, 300_000);

test('what could not be predicted or served after the training is said before it', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const out = join(folder, 'early');
  const [missing, empty, busy] = await Promise.all([
    local('--out', out, '--predict', join(folder, 'nope.jpg')).ended,
    local('--out', out, '--predict', join(ROOT, 'bin')).ended,
    local('--out', out, '--serve', String(port)).ended,
  ]);
  taken.close();
  expect(missing).toEqual({ code: 1, said: `--predict: '${join(folder, 'nope.jpg')}' not found\n` });
  expect(empty.said).toContain('nothing to predict in');
  expect(busy).toEqual({
    code: 1,
    said: `--serve: cannot listen on port ${port} (another process listens on it); name another, or 0 for a free one\n`,
  });
  expect(existsSync(out)).toBe(false);
}, 300_000);
