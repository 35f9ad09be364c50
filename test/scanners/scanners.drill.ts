import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type AssemblyStack, readCloudAssembly } from '../../lib/assembly/cloud-assembly';
import { TemplateResolver } from '../../lib/aws/template-resolver';
import { ensurePythonEnvironment } from '../../lib/python/python-environment';
import { RecordingTerminal } from '../console/recording-terminal';
import { ProjectDirectory, testApp } from '../project-fixture';
import { declareVariants } from '../variants';
import { CHECKOV, PARLIAMENT } from './acknowledged';

// The environment of the scanners stands in the tests' own, and goes with it.
const ENVIRONMENT = join(__dirname, '..', '..', '.venv', 'scanners');
const directory = new ProjectDirectory();
const folder = mkdtempSync(join(tmpdir(), 'scanners-'));
const assembly = join(folder, 'cdk.out');
let programs: string;
let stacks: AssemblyStack[];

beforeAll(async () => {
  const app = testApp({ outdir: assembly });
  declareVariants(app, directory);
  app.synth();
  stacks = readCloudAssembly(assembly);
  mkdirSync(ENVIRONMENT, { recursive: true });
  const python = await ensurePythonEnvironment({
    requirements: [join(__dirname, 'requirements.txt')],
    projectRoot: ENVIRONMENT,
    terminal: new RecordingTerminal(),
    signal: new AbortController().signal,
  });
  programs = join(python, '..');
}, 300_000);
afterAll(() => {
  directory.remove();
  rmSync(folder, { recursive: true });
});

/** What a scanner writes; it exits with 1 for findings. */
function scanned(program: string, options: readonly string[]): string {
  const { stdout, stderr, status, error } = spawnSync(join(programs, program), options, {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (error || stderr.includes('Traceback') || (status !== 0 && status !== 1)) {
    throw error ?? new Error(`${program}: ${stderr}`);
  }
  return stdout;
}

/** What a Ref or the attribute Arn of a resource is, as far as policies name some. */
const ARNS: Readonly<Record<string, string>> = {
  'AWS::CloudWatch::Alarm': 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:NAME',
  'AWS::Events::Rule': 'arn:aws:events:eu-west-1:123456789012:rule/NAME',
  'AWS::IAM::Role': 'arn:aws:iam::123456789012:role/NAME',
  'AWS::KMS::Key': 'arn:aws:kms:eu-west-1:123456789012:key/NAME',
  'AWS::Logs::LogGroup': 'arn:aws:logs:eu-west-1:123456789012:log-group:NAME:*',
  'AWS::S3::Bucket': 'arn:aws:s3:::NAME',
  'AWS::SageMaker::Endpoint': 'arn:aws:sagemaker:eu-west-1:123456789012:endpoint/NAME',
};
const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::AccountId': '123456789012',
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-1',
  'AWS::StackId': 'arn:aws:cloudformation:eu-west-1:123456789012:stack/name/id',
  'AWS::URLSuffix': 'amazonaws.com',
};

/** What stacks leave each other in parameters. */
const PARAMETERS: [name: RegExp, value: string][] = [
  [/topic-arn$/, 'arn:aws:sns:eu-west-1:123456789012:topic'],
  [/model-data-url$/, 's3://bucket/jobs/job/output/model.tar.gz'],
];

/** Resolves a policy to ARNs of the right forms; values that cross the stacks are a bucket's name or ARN, a key's or a topic's ARN. */
function arnResolver({ name, template }: AssemblyStack): TemplateResolver {
  return new TemplateResolver(
    template,
    {
      reference: (text) => {
        const [id, attribute] = text.split('.') as [string, string | undefined];
        const type = template.Resources?.[id]?.Type ?? '';
        return attribute === 'Arn' || type === 'AWS::SageMaker::Endpoint'
          ? ARNS[type]?.replace('NAME', id.toLowerCase())
          : (PSEUDO[text] ?? crossing(template.Parameters?.[id]?.Default) ?? id.toLowerCase());
      },
      imported: (text) =>
        /Key.*Arn/.test(text) ? ARNS['AWS::KMS::Key'] : /Arn/.test(text) ? 'arn:aws:s3:::bucket' : 'bucket',
      untold: (_function, argument) => `untold-${JSON.stringify(argument).replaceAll(/\W/g, '')}`,
    },
    name,
  );
}

function crossing(name: unknown): string | undefined {
  return PARAMETERS.find(([pattern]) => pattern.test(String(name)))?.[1];
}

test('checkov finds nothing but what is acknowledged with a reason, and all of that', () => {
  const files = stacks.flatMap(({ name }) => ['--file', join(assembly, `${name}.template.json`)]);
  const { results, summary } = JSON.parse(
    scanned('checkov', [
      ...files,
      ...['--framework', 'cloudformation', '--output', 'json', '--compact', '--skip-download'],
    ]),
  ) as {
    results: { failed_checks: { check_id: string; resource: string }[] };
    summary: { parsing_errors: number; resource_count: number };
  };
  expect(summary.parsing_errors).toBe(0);
  expect(summary.resource_count).toBeGreaterThan(80);
  const found = results.failed_checks.map(({ check_id, resource }) => `${resource} ${check_id}`);
  const isAcknowledged = (text: string) =>
    CHECKOV.some(([resource, check]) => resource.test(text) && text.endsWith(` ${check}`));
  expect(found.filter((text) => !isAcknowledged(text))).toEqual([]);
  const unused = CHECKOV.filter(
    ([resource, check]) => !found.some((text) => resource.test(text) && text.endsWith(` ${check}`)),
  );
  expect(unused).toEqual([]);
}, 120_000);

test('parliament finds nothing wrong with any policy', () => {
  const policies = join(folder, 'policies');
  mkdirSync(policies);
  let written = 0;
  for (const stack of stacks) {
    const resolver = arnResolver(stack);
    for (const [id, { Type, Properties = {} }] of Object.entries(stack.template.Resources ?? {})) {
      const documents = [
        ...(Type === 'AWS::IAM::Policy' ? [Properties.PolicyDocument] : []),
        ...((Properties.Policies ?? []) as { PolicyDocument: unknown }[]).map(
          ({ PolicyDocument }) => PolicyDocument,
        ),
      ];
      for (const document of documents) {
        const resolved = JSON.stringify(resolver.resolve(document));
        writeFileSync(join(policies, `${stack.name}-${id}-${written++}.json`), resolved);
      }
    }
  }
  expect(written).toBeGreaterThan(15);
  const found = scanned('parliament', ['--directory', policies, '--json'])
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { issue: string; detail: unknown; location: { filepath: string } })
    .map(({ issue, detail, location }) => ({
      policy: basename(location.filepath),
      issue: `${issue} ${JSON.stringify(detail)}`,
    }));
  const isAcknowledged = (one: (typeof found)[number]) =>
    PARLIAMENT.some(([policy, issue]) => policy.test(one.policy) && issue.test(one.issue));
  expect(found.filter((one) => !isAcknowledged(one))).toEqual([]);
  const unused = PARLIAMENT.filter(
    ([policy, issue]) => !found.some((one) => policy.test(one.policy) && issue.test(one.issue)),
  );
  expect(unused).toEqual([]);
}, 120_000);
