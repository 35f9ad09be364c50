import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { startLine } from '../../../lib/commands/rehearsal/start-command';
import { withRunLock } from '../../../lib/python/run-lock';
import { folder, proxied, remains, ROOT, start } from './started';

describe('the command line', () => {
  test('is read into plain data', () => {
    expect(
      startLine.parse([
        ...[
          '--channel',
          'training=a=b',
          '--hyperparameter',
          'epochs=3',
          '--hyperparameter',
          'optimizer=adam',
        ],
        ...['--out', 'there', '--keep'],
      ]),
    ).toEqual({
      channels: { training: 'a=b' },
      hyperparameters: { epochs: 3, optimizer: 'adam' },
      s3: [],
      predict: [],
      outDirectory: 'there',
      keep: true,
    });
  });

  test.each([
    [['--epochs', '3'], "Unknown option '--epochs'"],
    [['--channel', 'training'], "--channel 'training' is not of the form NAME=DIR"],
    [['stray'], 'Unexpected argument'],
    [['--s3', 'my-bucket=test'], "--s3 'my-bucket' is no address in S3, such as s3://my-bucket/photographs"],
    [['--s3', 's3://my-bucket=nowhere'], "--s3 s3://my-bucket: 'nowhere' does not exist"],
  ])('fails for %j', (argv, message) => {
    expect(() => startLine.parse(argv)).toThrow(message);
  });
});

test('the declared project lives its whole life, and leaves nothing', async () => {
  // Smaller photographs, which still pass the declared gate.
  const small = ['image-size=32', 'epochs=14'].flatMap((value) => ['--hyperparameter', value]);
  const started = start('whole', ...small);
  const { code, stdout, said } = await started.ended;
  expect({ code, said }).toEqual({ code: 0, said: expect.any(String) });
  expect(said).toMatch(/deploy +\d+ s {2}\d+ resources; training job unet-\w+-\w+ Completed/);
  expect(said).toMatch(/invoke +\d+ s {2}8 of 8 predicted; latency p50/);
  expect(said).toMatch(
    /on AWS, [a-z0-9-]+: \$[\d.]+\/h while deployed, and at most \$0\.\d+ for each training run/,
  );
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('0 left');
  const report = readFileSync(join(started.out, 'report.html'), 'utf8');
  expect(report).toContain('validation:accuracy');
  expect(existsSync(join(started.out, 'predictions/animal_01.overlay.png'))).toBe(true);
  expect(proxied()).toBe(0);
  expect(await remains(started)).toEqual([]);
}, 600_000);

test('a channel that the job does not have is refused before anything starts', async () => {
  const { code, said } = await start('typo', '--channel', `trainign=${folder}`).ended;
  expect(code).toBe(1);
  expect(said).toContain('--channel trainign: the job has no such channel; there are training');
}, 120_000);

test('a second one in the same directory is refused, and told who is there', async () => {
  const out = join(folder, 'held/out');
  const { code, said } = await withRunLock(out, new AbortController().signal, () => start('held').ended);
  expect(code).toBe(1);
  expect(said).toContain(`another run, of process ${process.pid}, uses '${relative(ROOT, out)}'`);
  expect(said).toContain('with --out DIR');
}, 120_000);
