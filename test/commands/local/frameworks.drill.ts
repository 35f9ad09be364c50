// The examples of the frameworks, as their READMEs declare them: trained, served and asked on this machine.

import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const ROOT = resolve(__dirname, '../../..');
const IMPORTS = [
  ['Hosting', 'endpoint/hosting'],
  ['Framework', 'images/framework'],
  ['Algorithm', 'images/algorithm'],
  ['SageMakerProject', 'project/sagemaker-project'],
  ['Channel', 'training/channel'],
].map(([name, module]) => `import { ${name} } from ${JSON.stringify(join(ROOT, 'lib', module!))};`);

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'frameworks-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Runs a command for the project that a README declares; resolves with what it said. */
async function run(command: 'local' | 'start', example: string, place: number, ...line: string[]) {
  const readme = readFileSync(join(ROOT, 'training', example, 'README.md'), 'utf8');
  const declared = [...readme.matchAll(/```ts\n(.*?)```/gs)][place]![1]!;
  const cdk = `import { App } from ${JSON.stringify(join(ROOT, 'node_modules/aws-cdk-lib'))};`;
  writeFileSync(join(directory, 'app.ts'), [cdk, ...IMPORTS, 'const app = new App();', declared].join('\n'));
  const settings = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')) as object;
  const app = `cd ${ROOT} && node -r ts-node/register ${directory}/app.ts`;
  writeFileSync(join(directory, 'cdk.json'), JSON.stringify({ ...settings, app }));
  const starter = join(__dirname, command === 'local' ? 'local-in.ts' : '../rehearsal/start-in.ts');
  const all = ['-r', 'ts-node/register', starter, directory, '--out', join(directory, 'out'), ...line];
  const { stdout, stderr } = await promisify(execFile)('node', all, { cwd: ROOT });
  return stdout + stderr;
}

/** A file to predict, and its name. */
function file(name: string, text: string): string {
  writeFileSync(join(directory, name), text);
  return join(directory, name);
}

const answer = (name: string) =>
  JSON.parse(readFileSync(join(directory, 'out/predictions', `${name}.prediction.json`), 'utf8')) as unknown;

const report = () => readFileSync(join(directory, 'out/report.html'), 'utf8');

const FLOWERS = '5.1,3.5,1.4,0.2\n6.7,3.0,5.2,2.3\n';
const PATIENTS = '59,2,32.1,101,157,93.2,38,4,4.8598,87\n48,1,21.6,87,183,103.2,70,3,3.8918,69\n';

test('scikit-learn: its script, and the same by JSON', async () => {
  const json = file(
    'json.json',
    JSON.stringify(
      FLOWERS.trim()
        .split('\n')
        .map((row) => row.split(',').map(Number)),
    ),
  );
  const said = await run('local', 'sklearn', 0, '--predict', file('flowers.csv', FLOWERS), '--predict', json);
  expect(said).toMatch(/validation:accuracy 0\.9\d/);
  expect([answer('flowers'), answer('json')]).toEqual([
    [0, 2],
    [0, 2],
  ]);
}, 600_000);

test('XGBoost: its script and the built-in algorithm make one model', async () => {
  const patients = file('patients.csv', PATIENTS);
  expect(await run('local', 'xgboost', 0, '--predict', patients)).toContain('validation:rmse 65.48');
  const scores = answer('patients') as number[];
  expect(await run('local', 'xgboost', 1, '--predict', patients)).toContain('validation:rmse 65.48');
  expect(answer('patients')).toEqual({ predictions: scores.map((score) => ({ score })) });
  await run('local', 'xgboost', 1, '--skip-training');
  expect(report()).toContain('Residuals: root mean squared error 65.48,');
}, 600_000);

test('scikit-learn in the rehearsal: deployed with its gate, asked, destroyed', async () => {
  const said = await run('start', 'sklearn', 0);
  expect(said).toContain('1 of 1 predicted');
  expect(said).toContain('0 left');
  expect(answer('validation')).toHaveLength(30);
  expect(report()).toContain('Confusion matrix: 29 of 30 rows right');
}, 600_000);
