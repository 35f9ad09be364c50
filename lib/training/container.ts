import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { allow } from '../aws/sagemaker-permissions';
import type { Training } from './training';
import type { TrainingProps } from './training-props';

/** Python's levels, as the toolkits take them. */
const LOG_LEVELS = { DEBUG: 10, INFO: 20, WARNING: 30, ERROR: 40, CRITICAL: 50 } as const;

/** CreateTrainingJob's limits of an entry point and of its arguments. */
const MAX_WORDS = 100;
const MAX_WORD_LENGTH = 256;

/** The level as a number. */
export function logLevel({ containerLogLevel = 'INFO' }: TrainingProps): number {
  return LOG_LEVELS[containerLogLevel];
}

/** What is wrong with a job's container. */
export function containerProblems(props: Training): string[] {
  const problems = (['containerEntryPoint', 'containerArguments'] as const).flatMap((prop) => {
    const words = props[prop];
    if (words === undefined) {
      return [];
    }
    if (!props.estimator.trainsAlone || props.algorithm) {
      return [
        `${prop}: the image's own program ${props.algorithm ? 'is the algorithm' : 'starts the script'}; leave it out, or take Framework.image()`,
      ];
    }
    if (props.script) {
      return [`${prop}: then nothing starts the script; leave out ${prop}, or sourceDir and entryPoint`];
    }
    if (words.length < 1 || words.length > MAX_WORDS) {
      return [
        `${prop}: ${words.length} texts, and 1 to ${MAX_WORDS} are allowed; leave it out for the image's own`,
      ];
    }
    return words
      .filter((word) => word.length > MAX_WORD_LENGTH)
      .map(
        (word) =>
          `${prop}: '${word.slice(0, 20)}…' has ${word.length} characters, at most ${MAX_WORD_LENGTH}; put it into the image`,
      );
  });
  if (props.containerLogLevel !== undefined && !props.script) {
    problems.push('containerLogLevel: only the toolkit that starts a script reads it; leave it out');
  }
  return problems;
}

/** What people do in a container by Systems Manager, its agent does by the job's role. Source: "Access a training container through AWS Systems Manager for remote debugging". */
export function remoteDebugStatements({ enableRemoteDebug }: TrainingProps): PolicyStatement[] {
  return enableRemoteDebug
    ? [
        allow(
          [
            'ssmmessages:CreateControlChannel',
            'ssmmessages:CreateDataChannel',
            'ssmmessages:OpenControlChannel',
            'ssmmessages:OpenDataChannel',
          ],
          // These actions have no resource.
          ['*'],
        ),
      ]
    : [];
}
