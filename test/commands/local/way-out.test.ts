import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { wayOut } from '../../../lib/commands/local/way-out';

const PYTHON = resolve(__dirname, '../../../.venv/bin/python');
const JOB = {
  InputDataConfig: [{ ChannelName: 'training', DataSource: {} }],
  HyperParameters: { epochs: '1', epochz: '2', sagemaker_program: '"train.py"' },
};
const directory = mkdtempSync(join(tmpdir(), 'way-out-'));
afterAll(() => rmSync(directory, { recursive: true }));

// The words are Python's own: a script says them.
test.each([
  ['a module that is not there', 'import lightgbmx.sub', /^lightgbmx: .* requirements\.txt in sourceDir/],
  [
    "a part of a container's own package",
    'import sagemaker_xgboost_container.checkpointing',
    /^sagemaker_xgboost_container: only the containers of scikit-learn and XGBoost have it.*except ImportError/,
  ],
  [
    'an argument that it does not know',
    'import argparse; argparse.ArgumentParser().parse_args(["--epochz", "3"])',
    /^--epochz 3: .*there are epochs, epochz\); take it out of bin\/app\.ts/,
  ],
  [
    'an argument that it wants',
    'import argparse; p = argparse.ArgumentParser(); p.add_argument("--depth", required=True); p.parse_args()',
    /^--depth: name it in hyperparameters/,
  ],
  [
    'a header where numbers are read',
    'import numpy as np; np.loadtxt(["age,price", "1,2"], delimiter=",")',
    /^'age' is no number: .*skiprows=1/,
  ],
  ['a header where a number is read', 'float("price")', /^'price' is no number/],
  [
    'a channel that is not declared',
    'import os; os.environ["SM_CHANNEL_TRAIN"]',
    /^no channel train is declared \(there are training\)/,
  ],
  [
    'no credentials of AWS',
    'import botocore.exceptions; raise botocore.exceptions.NoCredentialsError()',
    /^Unable to locate credentials: .*--aws-credentials passes yours on, and npm start -- --s3 /,
  ],
  ['an error of its own', 'raise RuntimeError("no")', undefined],
])('of a script with %s', (_, source, expected) => {
  const script = join(directory, 'train.py');
  writeFileSync(script, source);
  const { stderr, status } = spawnSync(PYTHON, ['-I', script], { encoding: 'utf8' });
  expect(status).not.toBe(0);
  expect(wayOut(stderr.trim().split('\n'), JOB) ?? '').toMatch(expected ?? /^$/);
});
