import { SizeRoundingBehavior, Token } from 'aws-cdk-lib';
import { wholeNumberProblems } from '../aws/whole-number';
import { instanceTypeProblems, processorOf } from '../images/instance-types';
import type { Training } from './training';

/** What is wrong with the instances themselves. */
export function instanceProblems(props: Training): string[] {
  const problems = instanceTypeProblems('instanceType', 'training', props.instanceType);
  if (problems.length === 0 && !processorOf(props.instanceType)) {
    problems.push(
      `instanceType: '${props.instanceType}' needs an image of its own kind; the framework's images run on CPU and NVIDIA GPU types`,
    );
  }
  const size = props.volumeSize.toGibibytes({ rounding: SizeRoundingBehavior.NONE });
  return [
    ...problems,
    ...wholeNumberProblems('instanceCount', props.instanceCount, [1]),
    ...wholeNumberProblems('volumeSize', size, [1, 16384], ' GiB'),
  ];
}

/** What is wrong with how they are taken and used. */
export function clusterProblems(props: Training): string[] {
  return [
    ...distributionProblems(props),
    ...wholeNumberProblems('maxRetryAttempts', props.maxRetryAttempts, [1, 30]),
    ...planProblems(props),
  ];
}

function distributionProblems(props: Training): string[] {
  const { distribution, script, algorithm } = props;
  if (!distribution) {
    return [];
  }
  return script
    ? distribution.problems(props)
    : [
        `distribution: only the toolkit that starts a script reads it, and ${algorithm ? 'an algorithm distributes itself' : 'there is no script'}; leave it out`,
      ];
}

function planProblems({ trainingPlan: plan, spot, budget }: Training): string[] {
  if (plan === undefined) {
    return [];
  }
  return [
    ...(Token.isUnresolved(plan) ||
    /^arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:\d{12}:training-plan\/.+$/.test(plan)
      ? []
      : [
          `trainingPlan: '${plan}' is not the ARN of a training plan; write arn:aws:sagemaker:REGION:ACCOUNT:training-plan/NAME`,
        ]),
    ...(spot
      ? ['trainingPlan: its instances are reserved, and spot takes spare ones; leave one of the two out']
      : []),
    ...(budget === undefined
      ? []
      : [
          'trainingPlan: it is paid when it is bought, so a budget says nothing; give maxRuntime in its place',
        ]),
  ];
}
