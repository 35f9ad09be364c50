import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { MetricDefinition } from '../../../lib/training/metric-definitions';
import { MetricReader } from '../../../lib/training/metric-reader';

const ROOT = resolve(__dirname, '../../..');
const directory = mkdtempSync(join(tmpdir(), 'printed-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** What SageMaker would read from a script's output by the proposed definitions. */
function read(script: string, output: string): string[] {
  const path = join(directory, 'train.py');
  writeFileSync(path, script);
  const asked = JSON.stringify({ root: directory, script: path, data: null, versions: {} });
  const program = join(ROOT, 'lib/commands/adopt/read_script.py');
  const answer = execFileSync(join(ROOT, '.venv/bin/python'), [program, asked], { encoding: 'utf8' });
  const { metrics } = JSON.parse(answer) as { metrics: MetricDefinition[] };
  const reader = new MetricReader(metrics.map(({ name, regex }) => ({ Name: name, Regex: regex })));
  expect(reader.problems).toEqual([]);
  return output.split('\n').flatMap((line) => reader.read(line).map(({ name, value }) => `${name}=${value}`));
}

test.each([
  [
    'an f-string',
    'print(f"epoch {epoch}: loss={loss:.4f} val_loss={val_loss:.4f} in {seconds:.1f}s")',
    'epoch 3: loss=0.2500 val_loss=1.5000 in 2.5s',
    ['loss=0.25', 'validation:loss=1.5'],
  ],
  ['a sentence', 'print(f"The accuracy is {accuracy}.")', 'The accuracy is 0.95.', ['accuracy-is=0.95']],
  [
    'format with fractions and percentages',
    String.raw`print('Test set: Average loss: {:.4f}, Accuracy: {}/{} ({:.0f}%)\n'.format(a, b, len(c), d))`,
    'Test set: Average loss: 0.3125, Accuracy: 93/100 (93%)\n',
    ['test:average-loss=0.3125', 'test:accuracy=93'],
  ],
  [
    'percent',
    'print("step %d train loss: %8.3f | val acc: %5.1f%%" % (step, loss, acc))',
    'step 10 train loss:    0.125 | val acc:  87.5%',
    ['train:loss=0.125', 'validation:acc=87.5'],
  ],
  [
    'several arguments',
    'print("RMSE:", rmse, "R2 score =", r2)',
    'RMSE: 1.5 R2 score = -0.25',
    ['rmse=1.5', 'r2-score=-0.25'],
  ],
  ['small numbers', 'logger.info("loss: %s", loss)', 'INFO:root:loss: 1.5e-05', ['loss=0.000015']],
  [
    'the same label twice on a line',
    'print(f"train: loss {a:.3f} test: loss {b:.3f}")',
    'train: loss 0.500 test: loss 0.750',
    ['train:loss=0.5', 'test:loss=0.75'],
  ],
  [
    'Keras at one line an epoch',
    'model.compile(metrics=["accuracy", keras.metrics.AUC()])\nmodel.fit(x, y, epochs=2, validation_split=0.2, verbose=2)',
    '4/4 - 1s - 300ms/step - accuracy: 0.5000 - auc: 0.6000 - loss: 0.7000 - val_accuracy: 0.2500 - val_auc: 0.3500 - val_loss: 0.9000',
    [
      'train:loss=0.7',
      'validation:loss=0.9',
      'train:accuracy=0.5',
      'validation:accuracy=0.25',
      'train:auc=0.6',
      'validation:auc=0.35',
    ],
  ],
  [
    "XGBoost's list",
    'xgb.train({"eval_metric": "auc"}, d, evals=[(a, "train"), (b, "validation")])',
    '[12]\ttrain-auc:0.75000\tvalidation-auc:0.62500',
    ['train:auc=0.75', 'validation:auc=0.625'],
  ],
  [
    "a Trainer's dictionaries",
    'Trainer(model=m, train_dataset=a, eval_dataset=b)',
    "{'loss': '0.3452', 'epoch': '1.0'}\n{'eval_loss': 0.25, 'epoch': 1.0}",
    ['train:loss=0.3452', 'validation:loss=0.25'],
  ],
  [
    'what is no measure',
    'print(f"took {seconds:.1f} s, lr={lr:.5f}, epoch {epoch}, rows: {rows}")',
    'took 1.5 s, lr=0.1, epoch 1, rows: 7',
    [],
  ],
])('reads %s', (_, script, output, expected) => {
  expect(read(script, output)).toEqual(expected);
});
