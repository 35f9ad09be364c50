import { type Size, SizeRoundingBehavior, Token } from 'aws-cdk-lib';
import { wholeNumberProblems } from '../aws/whole-number';
import type { Estimator } from '../images/estimator';
import { type InstanceType, instanceTypeProblems, processorOf } from '../images/instance-types';
import type { Distribution } from './distribution';

/** The instances of a training job. */
export interface TrainingClusterProps {
  /** Such as `ml.m5.xlarge`; one with a GPU chooses the images for GPUs. */
  readonly instanceType: InstanceType;
  /** @default 1 */
  readonly instanceCount?: number;
  /**
   * The storage of each instance.
   * @default Size.gibibytes(30)
   */
  readonly volumeSize?: Size;
  /**
   * How the script runs on several instances or GPUs, such as `Distribution.torchDistributed()`.
   * @default - the toolkit starts it once on each instance, and says nothing of the others but their names
   */
  readonly distribution?: Distribution;
  /**
   * How often SageMaker starts the job again after an error of its own, 1 to 30.
   * @default - never
   */
  readonly maxRetryAttempts?: number;
  /**
   * The ARN of a training plan, whose reserved instances the job takes. They were paid with the plan: the prices told here are not its own.
   * @default - on demand, or spot
   */
  readonly trainingPlan?: string;
}

/** What the cluster's rules need of the job. */
export interface ClusterJob extends TrainingClusterProps {
  readonly instanceCount: number;
  readonly volumeSize: Size;
  readonly estimator: Estimator;
  readonly algorithm?: unknown;
  readonly script: unknown;
  readonly spot?: boolean;
  readonly budget?: number;
}

/** What is wrong with the instances themselves. */
export function instanceProblems(props: ClusterJob): string[] {
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
export function clusterProblems(props: ClusterJob): string[] {
  return [
    ...distributionProblems(props),
    ...wholeNumberProblems('maxRetryAttempts', props.maxRetryAttempts, [1, 30]),
    ...planProblems(props),
  ];
}

function distributionProblems(props: ClusterJob): string[] {
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

function planProblems({ trainingPlan: plan, spot, budget }: ClusterJob): string[] {
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
