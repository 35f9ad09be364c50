// `npm run deploy`: one plan, one yes, then the real `cdk deploy` with a sign of life. The plan is the review of what is deployed
// (plan.ts), deploy-progress.ts shows how far it is.

import { join, relative } from 'node:path';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { S3Client } from '@aws-sdk/client-s3';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { AssemblyStack } from '../../assembly/cloud-assembly';
import { chooseProject, declaredProjects } from '../../assembly/declared-projects';
import { readProjectTemplate } from '../../assembly/project-template';
import { synthesizeApp } from '../../assembly/synthesize';
import { missingTypes } from '../../aws/region-types';
import { isDenied } from '../../aws/sdk-error';
import type { Template } from '../../aws/template';
import { CommandLine, PROJECT_OPTION } from '../../console/command-line';
import type { Command } from '../../console/main';
import type { Confirm } from '../../console/question';
import type { Terminal } from '../../console/terminal';
import { UsageError, UserError } from '../../console/user-error';
import { PRICES } from '../../cost/prices';
import { STACK_SUFFIXES, stackName } from '../../names';
import { renderPlainText } from '../review/plain-text';
import { explained } from '../watch/call-failure';
import { cdkDeploy, type CdkDeployProps } from './cdk-deploy';
import { failureText } from './cdk-output';
import { DeployProgress } from './deploy-progress';
import { deployedStacks } from './deployed-stacks';
import { forgetKeptModel, keptModels } from './kept-models';
import { deployPlan } from './plan';

/** The line of `npm run deploy`. */
export const deployLine = new CommandLine({
  name: 'npm run deploy',
  summary: `Says what a deploy does to what is deployed (whether it trains, what it costs, who gains access, what is lost), asks once,
and deploys with the CDK CLI. While the job trains, it shows what npm run watch shows.
Ctrl-C leaves it: CloudFormation ends what it has begun.`,
  options: {
    yes: { type: 'boolean', description: 'do not ask' },
    retrain: {
      type: 'boolean',
      description: 'train again what a gate refused, instead of checking that model against the gate again',
    },
    ...PROJECT_OPTION,
  },
  examples: ['npm run deploy', 'npm run deploy -- --yes'],
  exitCodes: 'Its exit code is that of cdk deploy; 1 too where the answer is no.',
  read: ({ yes, retrain, project }) => ({ yes, retrain, projectName: project }),
});

const LOOKING = {
  deed: 'see what is deployed',
  permissions: 'cloudformation:DescribeStacks and cloudformation:GetTemplate',
};

const FORGETTING = {
  deed: "delete a refused model's metrics",
  permissions: "s3:DeleteObject in the project's bucket",
};

/**
 * `npm run deploy` for the project in a directory.
 * @param confirm undefined where there is nobody to ask
 */
export function deployCommand(root: string, confirm: Confirm | undefined): Command {
  return deployLine.command(async ({ projectName, yes, retrain }, { terminal, signal }) => {
    if (!yes && !confirm) {
      throw new UsageError(
        'there is no terminal to ask on: give --yes, or see what it would do with npm run review',
      );
    }
    terminal.progress('synthesizing bin/app.ts');
    const assembly = join(root, 'cdk.out');
    const { stacks } = await synthesizeApp(root, assembly, signal);
    const projects = declaredProjects(stacks);
    const chosen = projectName === undefined ? undefined : chooseProject(projects, projectName);
    const declared = chosen?.stacks ?? stacks;
    const names = (chosen ? [chosen] : projects).flatMap(({ name }) =>
      STACK_SUFFIXES.map((suffix) => stackName(name, suffix)),
    );
    const cloudformation = new CloudFormationClient();
    // A rehearsal's AWS has no host of its own for each bucket.
    const s3 = new S3Client({ forcePathStyle: true });
    terminal.progress('looking at what is deployed');
    const { account, deployed, kept } = await explained(async () => {
      const account = await accountOf(declared, signal);
      const wanted = new Set([...names, ...declared.map(({ name }) => name)]);
      const deployed = await deployedStacks(cloudformation, [...wanted], declared, signal);
      return { account, deployed, kept: await keptModels(s3, deployed, declared, account.region) };
    }, LOOKING);
    const plan = deployPlan({
      deployed,
      declared,
      account: account.id,
      pricing: { region: account.region, prices: PRICES },
      kept: retrain ? new Map() : kept,
      today: new Date().toISOString().slice(0, 10),
    });
    terminal.clearProgress();
    if (!plan) {
      terminal.result('Nothing changes: what bin/app.ts declares is deployed.');
      return 0;
    }
    terminal.result(renderPlainText(plan));
    if (!yes && !(await confirm!(`\nDeploy this to ${account.id}, ${account.region}? (y/N) `, signal))) {
      terminal.info('nothing was deployed');
      return 1;
    }
    for (const model of retrain ? kept.values() : []) {
      await explained(() => forgetKeptModel(model, s3), FORGETTING);
    }
    const endpoints = declaredProjects(declared).flatMap(
      (project) => readProjectTemplate(project, declared, account.region).endpoint ?? [],
    );
    const run = { root, assembly, stackNames: chosen?.stackNames, signal };
    const code = await deploy(run, deployed, account.region, terminal);
    if (code === 0) {
      for (const { endpointName, stackName: stack, asynchronous } of endpoints) {
        terminal.info(
          `endpoint ${endpointName}: ${asynchronous ? 'how to ask it: ' : ''}npm run invoke -- FILE; its bill ends with: npx cdk destroy ${stack}`,
        );
      }
      terminal.info('what costs now: npm run leftovers; all of it ends with: npx cdk destroy --all');
    }
    return code;
  });
}

/** A deploy that was said yes to. @param deployed the stacks that there were before */
async function deploy(
  run: Omit<CdkDeployProps, 'logFile' | 'onLine'>,
  deployed: readonly AssemblyStack[],
  region: string,
  terminal: Terminal,
): Promise<number> {
  const { assembly, signal } = run;
  const started = Date.now();
  const logFile = join(assembly, 'deploy.log');
  const progress = new DeployProgress(region, { terminal, signal });
  const code = await cdkDeploy({ ...run, logFile, onLine: (line) => progress.take(line) });
  await progress.end();
  if (signal.aborted) {
    terminal.info(leftMessage(progress.last?.stack, deployed));
    return 130;
  }
  const log = `all that cdk said: ${relative('', logFile)}`;
  if (code !== 0) {
    terminal.info(`${failureText(progress.lines)}\n${log}`);
    return code;
  }
  terminal.info(`deployed in ${Math.round((Date.now() - started) / 1000)} s; ${log}`);
  return 0;
}

function leftMessage(stack: string | undefined, deployed: readonly AssemblyStack[]): string {
  if (stack === undefined) {
    return 'left before anything was deployed';
  }
  const end = deployed.some(({ name }) => name === stack) ? 'cancel-update-stack' : 'delete-stack';
  return [
    `left: CloudFormation goes on with ${stack} by itself, and begins no other stack`,
    '  to follow a training: npm run watch',
    '  when it has ended, npm run deploy goes on from there',
    `  to end it now: aws cloudformation ${end} --stack-name ${stack}`,
  ].join('\n');
}

/** Who deploys, and where. @throws UserError if the CDK was never bootstrapped there, or CloudFormation cannot make what is declared */
async function accountOf(
  declared: readonly AssemblyStack[],
  signal: AbortSignal,
): Promise<{ readonly id: string; readonly region: string }> {
  const options = { abortSignal: signal };
  const sts = new STSClient();
  const [{ Account: id = '' }, region] = await Promise.all([
    sts.send(new GetCallerIdentityCommand(), options),
    sts.config.region(),
  ]);
  const missing = declared.flatMap(({ template }) => missingTypes(template, region));
  if (missing.length > 0) {
    throw new UserError(
      `CloudFormation has no ${missing.join(', ')} in ${region}: take hosting and notebook out of bin/app.ts, or deploy to another region`,
    );
  }
  const versions = declared.flatMap(({ template }) => bootstrapVersion(template.Parameters));
  for (const Name of new Set(versions)) {
    try {
      await new SSMClient().send(new GetParameterCommand({ Name }), options);
    } catch (error) {
      if ((error as Error).name === 'ParameterNotFound') {
        throw new UserError(
          `the CDK has not been bootstrapped in ${id}, ${region} (no SSM parameter ${Name}): npx cdk bootstrap aws://${id}/${region}`,
          { cause: error },
        );
      }
      // Whoever may not read it may still deploy, by the CDK's own roles.
      if (!isDenied(error)) {
        throw error;
      }
    }
  }
  return { id, region };
}

function bootstrapVersion(parameters: Template['Parameters']): string[] {
  const name = parameters?.BootstrapVersion?.Default;
  return typeof name === 'string' ? [name] : [];
}
