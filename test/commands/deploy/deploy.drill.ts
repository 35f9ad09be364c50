import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { deployCommand } from '../../../lib/commands/deploy/deploy-command';
import { RecordingTerminal } from '../../console/recording-terminal';
import { Drill } from '../rehearsal/drill-project';

const ROOT = resolve(__dirname, '../../..');
/** A project whose app prints an assembly that is there already: what is deployed is another matter than how it is synthesized. */
const root = mkdtempSync(join(tmpdir(), 'deploy-'));
const environment = { ...process.env };
let drill: Drill;

beforeAll(async () => {
  drill = await Drill.start('plan');
  mkdirSync(join(root, 'node_modules'));
  symlinkSync(join(ROOT, 'node_modules/aws-cdk'), join(root, 'node_modules/aws-cdk'));
  Object.assign(process.env, drill.aws.variables);
}, 300_000);
afterAll(async () => {
  process.env = environment;
  await drill.stop();
  rmSync(root, { recursive: true });
}, 60_000);

/** `npm run deploy` of the drill's project with changes. */
async function deploy(
  changes: Parameters<Drill['synthesize']>[0],
  answer: boolean | 'nobody',
  ...options: string[]
) {
  const assembly = drill.synthesize(changes);
  writeFileSync(
    join(root, 'copy.js'),
    `require('fs').cpSync(${JSON.stringify(assembly)}, process.env.CDK_OUTDIR, { recursive: true });`,
  );
  writeFileSync(join(root, 'cdk.json'), JSON.stringify({ app: 'node copy.js' }));
  const questions: string[] = [];
  const terminal = new RecordingTerminal();
  const confirm =
    answer === 'nobody'
      ? undefined
      : async (question: string) => {
          questions.push(question);
          return answer;
        };
  const code = await deployCommand(root, confirm)([...(answer === 'nobody' ? ['--yes'] : []), ...options], {
    terminal,
    signal: new AbortController().signal,
  });
  return { code, questions, plan: terminal.results.join('\n'), infos: terminal.infos.join('\n') };
}

// Each begins where the one before it ended.
test('a no deploys nothing', async () => {
  const { code, questions, plan } = await deploy({}, false);
  expect(code).toBe(1);
  expect(questions).toEqual(['\nDeploy this to 123456789012, us-east-1? (y/N) ']);
  expect(plan).toMatch(/^Trains, at most \$[\d.]+ · \+\$\d+\/month · \d+ permissions more$/m);
  expect(await drill.trainingJobs()).toEqual([]);
}, 300_000);

test('a region whose CloudFormation has no endpoints is told before anybody is asked', async () => {
  process.env.AWS_REGION = 'me-central-1';
  const refused = deploy({}, true);
  await expect(refused.finally(() => Object.assign(process.env, drill.aws.variables))).rejects.toThrow(
    /^CloudFormation has no AWS::SageMaker::.*Endpoint.* in me-central-1: take hosting/,
  );
}, 300_000);

test('one yes trains and serves, and shows the job while it trains', async () => {
  const { code, questions, infos } = await deploy({}, true);
  expect(code === 0 ? '' : infos).toBe('');
  expect(questions).toHaveLength(1);
  const [job] = await drill.trainingJobs();
  expect(infos).toContain(`${job} · Completed`);
  expect(infos).toContain(
    'endpoint plan: npm run invoke -- FILE; its bill ends with: npx cdk destroy plan-endpoint',
  );
  expect(await drill.predict()).toBe(2);
  expect(readFileSync(join(root, 'cdk.out/deploy.log'), 'utf8')).toContain('✅  plan-endpoint');
}, 300_000);

test('the same again is nothing, and asks nobody', async () => {
  const { code, questions, plan } = await deploy({}, true);
  expect([code, questions, plan]).toEqual([0, [], 'Nothing changes: what bin/app.ts declares is deployed.']);
}, 300_000);

test('a script whose job fails is told with its reason and the code of cdk, and the endpoint stays', async () => {
  const { code, plan, infos } = await deploy({ factor: 0 }, 'nobody');
  expect(code).toBe(1);
  expect(plan).toContain('\n- hyperparameters.factor: 2 → 0\n');
  expect(infos).toContain('the factor is nothing');
  expect(infos).not.toContain('Source Location');
  expect(await drill.predict()).toBe(2);
}, 300_000);

test('a refused model is checked again, which trains nothing; --retrain trains', async () => {
  const refused = await deploy({ accuracy: 0.4 }, 'nobody');
  expect(refused.code).toBe(1);
  expect(refused.infos).toContain('its model stays in the bucket');
  const begun = drill.begunJobs().size;
  const again = await deploy({ accuracy: 0.4 }, false);
  expect(again.plan).toMatch(/^Fails: the gate refuses the model that is there · /m);
  const lower = await deploy({ accuracy: 0.4, minimumAccuracy: 0.3 }, 'nobody');
  expect(lower.plan).toMatch(/^Trains nothing: takes the model that is there · /m);
  expect([lower.code, drill.begunJobs().size]).toEqual([0, begun]);
  // Another request in between, so that there is something to train again.
  expect((await deploy({ minimumAccuracy: 0.3 }, 'nobody')).code).toBe(0);
  const retrained = await deploy({ accuracy: 0.4, minimumAccuracy: 0.3 }, 'nobody', '--retrain');
  expect(retrained.plan).toMatch(/^Retrains, at most /m);
  expect([retrained.code, drill.begunJobs().size]).toEqual([0, begun + 2]);
}, 300_000);

test('what a destroy leaves is nothing', async () => {
  expect((await drill.destroy()).exitCode).toBe(0);
  expect(await drill.left()).toEqual([]);
}, 300_000);
