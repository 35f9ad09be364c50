// The examples of the frameworks, as their READMEs declare them: trained, served and asked on this machine.

import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { declaredBy, ExampleRun } from './example-run';

let example: ExampleRun;
beforeEach(() => {
  example = new ExampleRun();
});
afterEach(() => example.remove());

const FLOWERS = '5.1,3.5,1.4,0.2\n6.7,3.0,5.2,2.3\n';
const PATIENTS = '59,2,32.1,101,157,93.2,38,4,4.8598,87\n48,1,21.6,87,183,103.2,70,3,3.8918,69\n';

test('scikit-learn: its script, and the same by JSON', async () => {
  const json = example.file(
    'json.json',
    JSON.stringify(
      FLOWERS.trim()
        .split('\n')
        .map((row) => row.split(',').map(Number)),
    ),
  );
  const said = await example.run(
    'local',
    declaredBy('sklearn'),
    '--predict',
    example.file('flowers.csv', FLOWERS),
    '--predict',
    json,
  );
  expect(said).toMatch(/validation:accuracy 0\.9\d/);
  expect([example.answer('flowers'), example.answer('json')]).toEqual([
    [0, 2],
    [0, 2],
  ]);
}, 600_000);

test('XGBoost: its script and the built-in algorithm make one model', async () => {
  const patients = example.file('patients.csv', PATIENTS);
  expect(await example.run('local', declaredBy('xgboost'), '--predict', patients)).toContain(
    'validation:rmse 65.48',
  );
  const scores = example.answer('patients') as number[];
  expect(await example.run('local', declaredBy('xgboost', 1), '--predict', patients)).toContain(
    'validation:rmse 65.48',
  );
  expect(example.answer('patients')).toEqual({ predictions: scores.map((score) => ({ score })) });
  await example.run('local', declaredBy('xgboost', 1), '--skip-training');
  expect(example.report()).toContain('Residuals: root mean squared error 65.48,');
}, 600_000);

test.each([
  ['sklearn', 30, 'Confusion matrix: 29 of 30 rows right'],
  ['xgboost', 56, 'Residuals: root mean squared error 65.48,'],
])(
  '%s in the rehearsal: deployed, asked for what it kept back, destroyed',
  async (name, rows, told) => {
    const said = await example.run('start', declaredBy(name));
    expect(said).toContain('1 of 1 predicted');
    expect(said).toContain('0 left');
    expect(example.answer('validation')).toHaveLength(rows);
    expect(example.report()).toContain(told);
  },
  600_000,
);
