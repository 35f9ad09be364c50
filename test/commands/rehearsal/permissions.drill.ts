import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { type Decisions, unneededStatements } from '../../../lib/commands/rehearsal/permissions';
import { ROOT, start } from './started';

const NO_NOTEBOOK_RUNS = 'no notebook runs in a rehearsal; the drill of roles and keys has a stand-in';

const NO_HOUR =
  'the guard looks once an hour, and a life is shorter: the drill of faults and the tests of idle endpoints let it look';

/** Statements that no call of a whole life needs, each with why it stands. What is not here fails; what is needed after all fails too. */
const UNNEEDED: Readonly<Record<string, string>> = {
  'EndpointModelRole: cloudwatch:PutMetricData': "SageMaker's own metrics come from no container here",
  'EndpointModelRole: cloudwatch:DescribeAlarms':
    'a deployment looks at its alarms at an update, and a life has none',
  'EndpointIdleGuardFunctionRole: cloudformation:DeleteStack, cloudformation:DescribeStacks, cloudformation:ListChangeSets':
    NO_HOUR,
  'EndpointIdleGuardFunctionRole: cloudwatch:GetMetricData': NO_HOUR,
  'EndpointIdleGuardFunctionRole: cloudwatch:SetAlarmState': NO_HOUR,
  'EndpointIdleGuardFunctionRole: logs:CreateLogStream, logs:PutLogEvents': NO_HOUR,
  'EndpointIdleGuardFunctionRole: sagemaker:DescribeEndpoint': NO_HOUR,
  'TrainingJobRunRole: s3:GetObject':
    'the record of a model that its gate refused, and the one of a life passes',
  'TrainingJobRunRole: s3:PutObject': 'the last lines of a job that failed, and the one of a life succeeds',
  'NotebookRole: s3:AbortMultipartUpload, s3:DeleteObject, s3:GetObject, s3:PutObject': NO_NOTEBOOK_RUNS,
  'NotebookRole: s3:ListBucket': NO_NOTEBOOK_RUNS,
  'NotebookRole: sagemaker:InvokeEndpoint, sagemaker:InvokeEndpointAsync': NO_NOTEBOOK_RUNS,
  'NotebookRole: sagemaker:StopNotebookInstance': NO_NOTEBOOK_RUNS,
};

let record: string;

beforeAll(async () => {
  const { out, ended } = start('permissions');
  const { code, said } = await ended;
  if (code !== 0) {
    throw new Error(said);
  }
  record = join(out, 'decisions.json');
}, 300_000);

test('every statement is needed by a whole life, or stands with its reason', () => {
  const decisions = JSON.parse(readFileSync(record, 'utf8')) as Decisions;
  expect(decisions.decisions.filter(({ allowed }) => !allowed)).toEqual([]);
  // A role by the end of its name in the template: the stack and what tells it from others are noise here.
  const found = unneededStatements(decisions).map((text) => text.replace(/^.*-(\w+Role)[0-9A-F]{8}:/, '$1:'));
  expect(found.sort()).toEqual(Object.keys(UNNEEDED).sort());
});

test("no role of that life reaches another project's things, another service or another role's logs", () => {
  const python = join(ROOT, '.venv', 'bin', 'python');
  const probed = execFileSync(python, [join(__dirname, 'probes.py'), record], { encoding: 'utf8' });
  const { asked, ...found } = JSON.parse(probed) as { asked: number };
  expect(found).toEqual({ denied: [], letThrough: [] });
  expect(asked).toBeGreaterThan(200);
});
