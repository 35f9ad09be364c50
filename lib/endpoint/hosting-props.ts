import type { Duration, Size } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { ContainerImage } from '../images/container-image';
import type { InstanceType } from '../images/instance-types';
import type { DataCaptureConfig } from './data-capture';

/** What every way of hosting may have. */
export interface HostingOptions {
  /**
   * Environment variables of the serving container, such as SAGEMAKER_TFS_ENABLE_BATCHING.
   * @default - none
   */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * The script with `model_fn` and the other handlers, for a framework whose container has some. Scikit-learn and XGBoost get it
   * in an archive of `sourceDir`; PyTorch and Hugging Face have it in the folder `code` of the model's archive, where the training
   * script copies it (`shutil.copytree(os.path.dirname(os.path.abspath(__file__)), os.environ['SM_MODEL_DIR'] + '/code')`), or who
   * made the model.
   * @default - with an archive, the training's own; in the model, inference.py
   */
  readonly entryPoint?: string;
  /**
   * The directory with `entryPoint`, for scikit-learn and XGBoost, relative to the current directory.
   * @default - the training's own
   */
  readonly sourceDir?: string;
  /**
   * The image that serves, in place of the framework's.
   * @default - the framework's, or the algorithm's
   */
  readonly image?: ContainerImage;
  /**
   * The model's role; it must let sagemaker.amazonaws.com assume it. It gets what the model needs by a policy of the endpoint stack;
   * one that takes no policy from here must have it already.
   * @default - one that reads its model, pulls its image, and writes its logs and metrics
   */
  readonly role?: IRole;
  /**
   * A mail address, or a topic, that is told when a deployment fails, and with `idleTimeout` before and after the end. SNS sends an
   * address a link first, by which it must agree.
   * @default - nobody is told
   */
  readonly notify?: string | ITopic;
}

/** What hosting on instances may have. */
export interface InstanceHostingOptions extends HostingOptions {
  /** Such as `ml.m5.xlarge`; one with a GPU chooses the image for GPUs. */
  readonly instanceType: InstanceType;
  /**
   * The storage of each instance, where its type has none of its own.
   * @default - SageMaker's own for the instance type
   */
  readonly volumeSize?: Size;
  /**
   * How long an instance may take to load the model and answer its first ping, 1 to 60 minutes.
   * @default Duration.minutes(10)
   */
  readonly containerStartupHealthCheckTimeout?: Duration;
  /**
   * How long an instance may take to download the model and unpack it, 1 to 60 minutes.
   * @default Duration.minutes(10)
   */
  readonly modelDataDownloadTimeout?: Duration;
  /**
   * The machine image of instances with a GPU, by which their driver is chosen.
   * @default - SageMaker's own
   */
  readonly inferenceAmiVersion?: InferenceAmiVersion;
  /**
   * The network of the instances. Without a way to S3 and to ECR from there no model comes up.
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
   * Whether the container reaches no network and has no credentials: SageMaker brings its model and takes its answers.
   * @default false
   */
  readonly enableNetworkIsolation?: boolean;
}

/** SageMaker's machine images for inference on GPUs. Source: `ProductionVariantInferenceAmiVersion` in its service model. */
export type InferenceAmiVersion =
  | 'al2-ami-sagemaker-inference-gpu-2'
  | 'al2-ami-sagemaker-inference-gpu-2-1'
  | 'al2-ami-sagemaker-inference-gpu-3-1'
  | 'al2023-ami-sagemaker-inference-gpu-4-1';

/** How an endpoint's instances share the requests. */
export interface RoutingConfig {
  /** To the instance with the fewest requests under way, or to any. */
  readonly routingStrategy: 'LEAST_OUTSTANDING_REQUESTS' | 'RANDOM';
}

/** A variant with a name of a person's own. */
interface NamedVariant {
  /**
   * The name of the endpoint's one variant: a dimension of its metrics.
   * @default AllTraffic
   */
  readonly variantName?: string;
}

/** Instances that wait for requests, and cost by the hour. */
export interface RealtimeHostingProps extends InstanceHostingOptions, NamedVariant {
  /** @default 1 */
  readonly initialInstanceCount?: number;
  /**
   * How requests are shared among several instances.
   * @default - SageMaker's own: at random
   */
  readonly routingConfig?: RoutingConfig;
  /**
   * Keeps requests and answers in the project's bucket, below `data-capture/<endpoint>/`, as long as the bucket is there.
   * @default - none is kept
   */
  readonly dataCaptureConfig?: DataCaptureConfig;
  /**
   * How long the endpoint may be without an invocation until its stack is deleted; the next deploy brings it back
   * without training. A multiple of 5 minutes up to one day, of one hour up to 7 days.
   * @default - it waits, and costs, until a person deletes its stack
   */
  readonly idleTimeout?: Duration;
}

/** A container that runs while there are requests, and costs nothing at rest. */
export interface ServerlessHostingProps extends HostingOptions, NamedVariant {
  /**
   * From 1024 to 6144 MiB, in steps of 1024.
   * @default Size.mebibytes(2048)
   */
  readonly memorySize?: Size;
  /**
   * Requests served at once, 1 to 200.
   * @default 5
   */
  readonly maxConcurrency?: number;
}

/** Instances that come when there are requests, which lie in S3 with their answers, and go afterwards. */
export interface AsyncHostingProps extends InstanceHostingOptions {
  /**
   * The most instances that work at once; the least is none.
   * @default 1
   */
  readonly maxCapacity?: number;
  /**
   * Requests that an instance works on at once, 1 to 1000.
   * @default - SageMaker chooses
   */
  readonly maxConcurrentInvocationsPerInstance?: number;
}
