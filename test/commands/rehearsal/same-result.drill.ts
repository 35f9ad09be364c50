import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { folder, local } from '../local/local-process';
import { ROOT, start } from './started';

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

test('the same script gives the same model on this machine and in the rehearsal', async () => {
  const started = start('same', ...OPTIONS);
  const rehearsed = await started.ended;
  const out = join(folder, 'same');
  const run = await local('--out', out, ...OPTIONS).ended;
  expect([rehearsed.code, run.code]).toEqual([0, 0]);

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
