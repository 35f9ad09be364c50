import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stack, Validations } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { AwsSolutionsChecks } from 'cdk-nag';
import { SageMakerProject } from '../lib/project/sagemaker-project';
import { ProjectDirectory, testApp } from './project-fixture';
import { CDK_NAG } from './scanners/acknowledged';
import { declareVariants } from './variants';

/** Actions that AWS cannot scope to a resource; "Actions, resources, and condition keys" of the service. */
const UNSCOPED: Record<string, (statement: Statement) => boolean> = {
  'ecr:GetAuthorizationToken': () => true,
  'cloudwatch:GetMetricData': () => true,
  'cloudwatch:PutMetricData': (statement) =>
    statement.Condition?.StringEquals?.['cloudwatch:namespace'] !== undefined,
  'sts:GetServiceBearerToken': (statement) =>
    statement.Condition?.StringEquals?.['sts:AWSServiceName'] !== undefined,
  // Without a resource in the Service Authorization Reference.
  'fsx:DescribeFileSystems': () => true,
  'ssmmessages:CreateControlChannel': () => true,
  'ssmmessages:CreateDataChannel': () => true,
  'ssmmessages:OpenControlChannel': () => true,
  'ssmmessages:OpenDataChannel': () => true,
};

/** What SageMaker's page on roles names of a VPC: all of it together, for interfaces that do not exist yet and lists. */
const OF_A_VPC = /^ec2:(Describe|(Create|Delete)NetworkInterface)/;

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource?: unknown;
  readonly Condition?: { readonly StringEquals?: Record<string, unknown> };
}

interface Report {
  readonly pluginReports: {
    readonly pluginName: string;
    readonly violations: {
      readonly ruleName: string;
      readonly violatingConstructs: { readonly constructPath: string }[];
    }[];
  }[];
}

const directory = new ProjectDirectory();
const output = mkdtempSync(join(tmpdir(), 'assembly-'));
let report: Report;

beforeAll(() => {
  // Off in the other tests, since it costs seconds of each process.
  delete process.env.CDK_VALIDATION;
  const app = testApp({ outdir: output });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  declareVariants(app, directory);
  // Synthesis fails on findings, after it has written the report that the tests read.
  let failure: unknown;
  try {
    app.synth();
  } catch (error) {
    failure = error;
  }
  if (!String(failure).includes('AwsSolutions')) {
    throw new Error(`cdk-nag did not run: ${String(failure)}`);
  }
  report = JSON.parse(readFileSync(join(output, 'validation-report.json'), 'utf8')) as Report;
});
afterAll(() => {
  directory.remove();
  rmSync(output, { recursive: true });
});

function findings(): { rule: string; construct: string }[] {
  return report.pluginReports
    .filter(({ pluginName }) => pluginName === 'AwsSolutions')
    .flatMap(({ violations }) => violations)
    .flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => ({ rule: ruleName, construct: constructPath })),
    );
}

test('cdk-nag finds nothing but what is acknowledged with a reason', () => {
  expect(findings().length).toBeGreaterThan(0);
  const unexplained = findings().filter(
    ({ rule, construct }) => !CDK_NAG.some(([place, finding]) => place.test(construct) && finding.test(rule)),
  );
  expect(unexplained).toEqual([]);
});

test('every acknowledgement is still of use', () => {
  const unused = CDK_NAG.filter(
    ([place, finding]) =>
      !findings().some(({ rule, construct }) => place.test(construct) && finding.test(rule)),
  );
  expect(unused).toEqual([]);
});

test("the CDK's own validation has nothing to say", () => {
  const others = report.pluginReports.filter(({ pluginName }) => pluginName !== 'AwsSolutions');
  expect(others.flatMap(({ violations }) => violations.map(({ ruleName }) => ruleName))).toEqual([]);
});

test('cfn-lint finds every template valid', () => {
  const templates = readdirSync(output).filter((name) => name.endsWith('.template.json'));
  expect(templates).toHaveLength(16);
  const { stdout } = spawnSync(
    join(__dirname, '..', '.venv', 'bin', 'cfn-lint'),
    // W3005: the CDK writes dependencies that a reference implies already.
    ['--format', 'json', '--ignore-checks', 'W3005', '--', ...templates.map((name) => join(output, name))],
    { encoding: 'utf8' },
  );
  expect(JSON.parse(stdout)).toEqual([]);
});

test('no role has a managed policy, and no statement a resource of * that AWS could scope', () => {
  const statements: Statement[] = [];
  const managed: unknown[] = [];
  for (const name of readdirSync(output).filter((file) => file.endsWith('.template.json'))) {
    const { Resources } = JSON.parse(readFileSync(join(output, name), 'utf8')) as {
      Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
    };
    for (const { Type, Properties } of Object.values(Resources)) {
      if (Type === 'AWS::IAM::Role') {
        managed.push(...((Properties.ManagedPolicyArns as unknown[] | undefined) ?? []));
        const inline = (Properties.Policies ?? []) as { PolicyDocument: { Statement: Statement[] } }[];
        statements.push(...inline.flatMap((policy) => policy.PolicyDocument.Statement));
      }
      if (Type === 'AWS::IAM::Policy') {
        statements.push(...(Properties.PolicyDocument as { Statement: Statement[] }).Statement);
      }
    }
  }
  expect(managed).toEqual([]);
  expect(statements.length).toBeGreaterThan(20);
  const unscoped = statements.filter(
    (statement) =>
      [statement.Resource].flat().includes('*') &&
      ![statement.Action].flat().every((action) => OF_A_VPC.test(action) || UNSCOPED[action]?.(statement)),
  );
  expect(unscoped).toEqual([]);
  expect(statements.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
});

test('a training job in a VPC gets what SageMaker needs to attach it, and subnets and security groups', () => {
  const app = testApp();
  const network = new Stack(app, 'network');
  const vpc = new Vpc(network, 'Vpc', { natGateways: 0 });
  new SageMakerProject(app, 'inside', {
    training: directory.training({ vpc, vpcSubnets: { subnets: vpc.publicSubnets } }),
  });
  const template = app.synth().getStackByName('inside-training').template as {
    Resources: Record<
      string,
      { Type: string; Properties: { VpcConfig?: { Subnets: unknown[]; SecurityGroupIds: unknown[] } } }
    >;
  };
  const job = Object.values(template.Resources).find(({ Type }) => Type === 'Custom::SageMakerTrainingJob');
  expect(job?.Properties.VpcConfig?.Subnets).toHaveLength(vpc.publicSubnets.length);
  expect(job?.Properties.VpcConfig?.SecurityGroupIds).toHaveLength(1);
  expect(JSON.stringify(template)).toContain('ec2:CreateNetworkInterfacePermission');
});
