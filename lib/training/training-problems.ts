import { Token } from 'aws-cdk-lib';
import { environmentProblems } from '../aws/environment-problems';
import { notifyProblems } from '../aws/notify';
import { budgetProblems } from '../cost/budget';
import type { Algorithm } from '../images/algorithm';
import { PACKAGE_REPOSITORY } from '../names';
import { uploadedChannels } from './channel';
import { clusterProblems, instanceProblems } from './cluster';
import { containerProblems } from './container';
import { clashes, hyperparameterProblems, plainHyperparameterProblems } from './hyperparameters';
import { metricDefinitionProblems } from './metric-definitions';
import { monitoringProblems } from './monitoring';
import { networkProblems } from './network';
import type { Training } from './training';
import { trainingBudget } from './training-request';
import { timeProblems } from './training-time';

/** Environment variables that the training toolkit sets itself. */
const RESERVED_ENVIRONMENT = /^(SM_|SAGEMAKER_|TRAINING_JOB_|PYTHONPATH$|CURRENT_HOST$)/;

const REPOSITORY_ARN = /^arn:[^:]+:codeartifact:[^:]+:\d{12}:repository\/[^/]+\/.+$/;

/**
 * All that AWS would refuse of a training job, each in one line with the way out.
 * Limits: CreateTrainingJob in SageMaker's service model.
 * @param region the region that trains; undefined when the app does not know it
 */
export function trainingProblems(props: Training, region: string | undefined): string[] {
  const compute = instanceProblems(props);
  const budget = trainingBudget(props);
  return [
    ...(props.algorithm ? algorithmProblems(props, props.algorithm) : scriptProblems(props)),
    ...compute,
    ...(props.script
      ? hyperparameterProblems(props.hyperparameters)
      : plainHyperparameterProblems(props.hyperparameters)),
    ...environmentProblems('environment', props.environment ?? {}, 512, variableProblem),
    ...metricDefinitionProblems(props.metricDefinitions),
    ...gateProblems(props),
    ...channelProblems(props),
    ...timeProblems(props),
    // Instances that there are none of have no price either: one problem is enough.
    ...(budget && compute.length === 0 ? budgetProblems(budget, region) : []),
    ...clusterProblems(props),
    ...containerProblems(props),
    ...networkProblems(props),
    ...monitoringProblems(props),
    ...(props.notify === undefined ? [] : notifyProblems('notify', props.notify)),
  ].map((problem) => (problem.startsWith('training.') ? problem : `training.${problem}`));
}

function scriptProblems(props: Training): string[] {
  const { script, source } = props;
  if (!script || !source) {
    return props.dependencies === undefined
      ? []
      : ['dependencies: there is no script to import from them; leave it out'];
  }
  const missing = (['sourceDir', 'entryPoint'] as const).filter((prop) => props[prop] === undefined);
  return missing.length === 0
    ? [...source.problems(script.entryPoint), ...source.dependencyProblems()]
    : missing.map((prop) => `${prop}: is missing; give a string, or an algorithm in place of a script`);
}

/** What an algorithm would not take. */
function algorithmProblems(props: Training, algorithm: Algorithm): string[] {
  const others = (['framework', 'sourceDir', 'entryPoint', 'dependencies'] as const).filter(
    (prop) => props[prop] !== undefined,
  );
  return [
    ...others.map((prop) => `${prop}: an algorithm runs no script of yours; leave it out, or algorithm`),
    ...(props.metricDefinitions.length > 0
      ? [
          `metricDefinitions: SageMaker defines those of its algorithms itself, and refuses others; leave them out`,
        ]
      : []),
    ...algorithm.inputProblems({
      instanceCount: props.instanceCount,
      hyperparameters: props.hyperparameters,
      channels: Object.fromEntries(
        Object.entries(props.channels).map(([name, { options }]) => [
          name,
          { ...options, inputMode: options.inputMode ?? props.inputMode },
        ]),
      ),
    }),
  ];
}

/** What the toolkit makes of a variable. */
function variableProblem(key: string, value: string): string | undefined {
  if (RESERVED_ENVIRONMENT.test(key)) {
    return `environment: '${key}' is set by SageMaker itself; choose another name`;
  }
  return key === PACKAGE_REPOSITORY && !Token.isUnresolved(value) && !REPOSITORY_ARN.test(value)
    ? `environment.${key}: '${value}' is not the ARN of a CodeArtifact repository; write arn:aws:codeartifact:REGION:ACCOUNT:repository/DOMAIN/REPOSITORY`
    : undefined;
}

function gateProblems(props: Training): string[] {
  const declared = props.metricDefinitions.map(({ name }) => name);
  return Object.entries(props.minimumMetrics).flatMap(([name, minimum]) => {
    // An algorithm has metrics of its own, which no list here knows.
    if (!props.algorithm && !declared.includes(name)) {
      const known = declared.length > 0 ? `there are ${declared.join(', ')}` : 'there are none';
      return [`minimumMetrics: '${name}' is not the name of one of metricDefinitions; ${known}`];
    }
    return Number.isFinite(minimum)
      ? []
      : [`minimumMetrics.${name}: ${minimum} is not a number to compare with`];
  });
}

function channelProblems(props: Training): string[] {
  const names = Object.keys(props.channels);
  const problems = Object.entries(props.channels).flatMap(([name, channel]) => {
    // The two names of dots are directories already, and the channel becomes one.
    if (!/^[A-Za-z0-9.\-_]{1,64}$/.test(name) || name === '.' || name === '..') {
      return [`channels: '${name}' is not a channel name; 1 to 64 letters, digits, '.', '-' and '_'`];
    }
    return channel.problems(`channels.${name}`, {
      inputMode: props.inputMode,
      inVpc: props.vpc !== undefined,
    });
  });
  // The script's own, with network isolation.
  const limit = props.script && props.enableNetworkIsolation ? 19 : 20;
  if (names.length < 1 || names.length > limit) {
    problems.push(
      `channels: ${names.length} channels, and 1 to ${limit} are allowed; give one, or put several below one prefix`,
    );
  }
  const variables = clashes(names, (name) => `SM_CHANNEL_${name.toUpperCase()}`).flatMap(
    ([variable, [one, ...others]]) =>
      others.map((other) => `channels: '${one}' and '${other}' would both be ${variable}; rename one`),
  );
  // Of an uploaded channel the workspace stack has an output, and CloudFormation's names have no punctuation.
  const uploads = [...uploadedChannels(props.channels).keys()];
  const outputs = clashes(uploads, (name) => name.replaceAll(/[^A-Za-z0-9]/g, '')).flatMap(
    ([, [one, ...others]]) =>
      others.map(
        (other) =>
          `channels: '${one}' and '${other}' differ in punctuation alone, which a stack's outputs do not have; rename one`,
      ),
  );
  return [...problems, ...variables, ...outputs];
}
