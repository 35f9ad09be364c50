import type { Duration, Size } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Channel, InputMode } from './channel';
import type { Algorithm } from '../images/algorithm';
import type { Framework } from '../images/framework';
import type { InstanceType } from '../images/instance-types';
import type { HyperparameterValue } from './hyperparameters';
import type { MetricDefinition } from './metric-definitions';
import type { Distribution } from './distribution';

/** What SageMaker measures of the instances: processors, memory, disks, network. */
export interface ProfilerOptions {
  /**
   * How often it measures: 100, 200 or 500 milliseconds, 1, 5 or 60 seconds.
   * @default Duration.millis(500)
   */
  readonly systemMonitorInterval?: Duration;
}

/** Where the script writes its TensorBoard logs. */
export interface TensorBoardOutputOptions {
  /** @default /opt/ml/output/tensorboard */
  readonly containerLocalOutputPath?: string;
}

/** A training job, in the names of the SageMaker Python SDK's estimator. */
export interface TrainingProps {
  /**
   * The images that train and serve.
   * @default Framework.tensorflow()
   */
  readonly framework?: Framework;
  /**
   * An algorithm of SageMaker's own, in place of a framework and a script.
   * @default - a script trains
   */
  readonly algorithm?: Algorithm;
  /**
   * The directory with the training script, relative to the current directory. Its `requirements.txt` is installed before the script starts.
   * @default - none, with an algorithm or an image of one's own alone
   */
  readonly sourceDir?: string;
  /**
   * The script, relative to `sourceDir`: a .py file, or a .sh file.
   * @default - none, with an algorithm or an image of one's own alone
   */
  readonly entryPoint?: string;
  /**
   * More directories that the script imports from, relative to the current directory: each lies beside it, below its own name.
   * @default - none
   */
  readonly dependencies?: readonly string[];
  /**
   * The job's role; it must let sagemaker.amazonaws.com assume it. It gets what the job needs by a policy of the training stack;
   * one that takes no policy from here must have it already.
   * @default - one that reads its data and code, writes its results, pulls its image, and writes its logs and metrics
   */
  readonly role?: IRole;
  /**
   * Arguments of the script: `{ 'batch-size': 32 }` arrives as `--batch-size 32`. An algorithm gets each as a text.
   * @default - none
   */
  readonly hyperparameters?: Readonly<Record<string, HyperparameterValue>>;
  /**
   * Environment variables of the script.
   * @default - none but SageMaker's own
   */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * Numbers that SageMaker reads from the log, each by a regular expression with one group.
   * @default - none
   */
  readonly metricDefinitions?: readonly MetricDefinition[];
  /** The data by channel; the script finds `training` in the directory `SM_CHANNEL_TRAINING`. */
  readonly channels: Readonly<Record<string, Channel>>;
  /**
   * How data reaches the container, unless a channel says otherwise.
   * @default File
   */
  readonly inputMode?: InputMode;
  /**
   * When SageMaker stops the job. The stack waits for it, so at most 11 hours and 30 minutes.
   * @default - what `budget` pays for, at most 11 hours and 30 minutes; without a budget, Duration.hours(1)
   */
  readonly maxRuntime?: Duration;
  /**
   * The most that one run may cost, in USD: SageMaker stops the job after as long as this pays for by the price table, or after
   * `maxRuntime` if that is shorter. All instances and their volumes count, at the on-demand price, with spot too.
   * Where the stack's region is known only at deploy, a region without a price is refused there: `npm run prices -- --region REGION` adds it.
   * Another budget is another training, another price is not.
   * @default - no limit but maxRuntime
   */
  readonly budget?: number;
  /**
   * Whether the job runs on spare capacity: cheaper, and AWS may take the instances back at any time. The job then waits for others and
   * begins again from its checkpoints, so the script must write them to `/opt/ml/checkpoints`, and begin from what it finds there.
   * @default false
   */
  readonly spot?: boolean;
  /**
   * When SageMaker stops a spot job, the wait for capacity and the run together; at most 11 hours and 30 minutes.
   * @default - twice the longest run, at most 11 hours and 30 minutes
   */
  readonly maxWait?: Duration;
  /**
   * When SageMaker gives up a job that waits for capacity which does not come, before it runs and costs; at least 30 minutes.
   * Only for accelerated instances (ml.p, ml.g, ml.trn); with spot, `maxWait` says it. With the run, at most 11 hours and 30 minutes.
   * @default - SageMaker waits, and the stack as long as the job may run
   */
  readonly maxPendingTime?: Duration;
  /**
   * The gate: least values of the job's final metrics. A job that falls short fails the deploy, and the model that serves stays.
   * @default - every job that completes passes
   */
  readonly minimumMetrics?: Readonly<Record<string, number>>;
  /**
   * A mail address, or a topic, that is told once when the job has ended: completed with its metrics, failed with its reason, or
   * stopped. SNS sends an address a link first, by which it must agree.
   * @default - nobody is told
   */
  readonly notify?: string | ITopic;
  /**
   * Whether what the script writes to `/opt/ml/checkpoints` is kept in S3 and restored when the same job starts again.
   * @default - true with spot, which is refused without; else false
   */
  readonly checkpoints?: boolean;
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
  /**
   * What starts the container in place of its own program, such as `['python', '/opt/program/train.py']`: for an image of one's own
   * without SageMaker's training toolkit.
   * @default - the image's own
   */
  readonly containerEntryPoint?: readonly string[];
  /**
   * Arguments of the container's program.
   * @default - `train`, as SageMaker starts containers
   */
  readonly containerArguments?: readonly string[];
  /**
   * What the toolkit in the image logs of itself.
   * @default INFO
   */
  readonly containerLogLevel?: 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL';
  /**
   * Whether people may open a shell in the running container, by Systems Manager (`aws ssm start-session`).
   * @default false
   */
  readonly enableRemoteDebug?: boolean;
  /**
   * The network of the instances.
   * @default - SageMaker's own, with access to the internet
   */
  readonly vpc?: IVpc;
  /**
   * The subnets of `vpc`.
   * @default - its private subnets
   */
  readonly vpcSubnets?: SubnetSelection;
  /**
   * Security groups of the instances in `vpc`.
   * @default - one that allows all outbound traffic
   */
  readonly securityGroups?: readonly ISecurityGroup[];
  /**
   * Whether what the instances of one job tell each other is encrypted.
   * @default false
   */
  readonly encryptInterContainerTraffic?: boolean;
  /**
   * Whether the container reaches no network, but the other instances of its job. SageMaker still brings data and code, which comes as
   * the channel `code`, and takes the results. A `requirements.txt` wants `--no-index` and its packages beside it.
   * @default false
   */
  readonly enableNetworkIsolation?: boolean;
  /**
   * SageMaker's profiler of the instances; what it measures lies beside the job's results in S3.
   * @default - off: it costs storage
   */
  readonly profiler?: ProfilerOptions;
  /**
   * Keeps the script's TensorBoard logs beside the job's results in S3, while it runs.
   * @default - they end with the instance
   */
  readonly tensorBoardOutput?: TensorBoardOutputOptions;
  /**
   * Whether SageMaker checks the health of the instances before the job begins.
   * @default false
   */
  readonly enableInfraCheck?: boolean;
}
