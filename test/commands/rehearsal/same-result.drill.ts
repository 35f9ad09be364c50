import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { folder, local } from '../local/local-process';
import { alone, ROOT, startAlone } from './started';

const SAMPLE = join(ROOT, 'training/data/sample/original');

/** What a run is asked for: smaller photographs, which still pass the declared gate, and the same ones to predict. */
const OPTIONS = [
  ...['image-size=32', 'epochs=14'].flatMap((value) => ['--hyperparameter', value]),
  ...['animal_01.jpg', 'animal_02.jpg', 'animal_03.jpg'].flatMap((name) => ['--predict', join(SAMPLE, name)]),
];

/** Each mask that a run predicted, by name. */
function masks(out: string): Record<string, string> {
  const names = readdirSync(join(out, 'predictions')).filter((name) => name.endsWith('.mask.png'));
  return Object.fromEntries(
    names.map((name) => [name, readFileSync(join(out, 'predictions', name)).toString('base64')]),
  );
}

test('what has no way to go without a network is counted', () => {
  const call = "fetch('http://192.0.2.1').catch(() => fetch('http://sts.amazonaws.com')).catch(() => 0)";
  const [[program, ...words], lost] = alone('counted', [process.execPath, '-e', call]);
  execFileSync(program!, words);
  // The address itself, and the name, which is asked for more than once.
  expect(lost()).toBeGreaterThan(1);
});

test('the same script gives the same model on this machine and in the rehearsal, from which nothing leaves', async () => {
  const [started, lost] = startAlone('same', ...OPTIONS);
  const { code, said } = await started.ended;
  expect({ code, lost: lost(), said: code === 0 ? '' : said }).toEqual({ code: 0, lost: 0, said: '' });
  const out = join(folder, 'same');
  const run = await local('--out', out, ...OPTIONS).ended;
  expect(run.code).toBe(0);

  const expected = masks(out);
  expect(new Set(Object.values(expected)).size).toBe(3);
  expect(masks(started.out)).toEqual(expected);
  const { finalMetrics } = JSON.parse(readFileSync(join(out, 'metrics.json'), 'utf8')) as {
    finalMetrics: { MetricName: string; Value: number }[];
  };
  const report = readFileSync(join(started.out, 'report.html'), 'utf8');
  expect(finalMetrics.map(({ MetricName }) => MetricName)).toContain('validation:accuracy');
  for (const { Value } of finalMetrics) {
    expect(report).toContain(String(Value));
  }
}, 600_000);
