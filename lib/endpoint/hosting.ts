import {
  InstanceType as VariantInstanceType,
  type InstanceProductionVariantProps,
} from '@aws-cdk/aws-sagemaker-alpha';
import { Duration, type Size, SizeRoundingBehavior } from 'aws-cdk-lib';
import type { IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { CfnEndpointConfig } from 'aws-cdk-lib/aws-sagemaker';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import {
  type InstanceType,
  instanceTypeProblems,
  type Processor,
  processorOf,
} from '../images/instance-types';
import { attachVolumesUnder } from '../aws/sagemaker-permissions';
import { type CheckedProps, checkProps } from '../aws/declared-props';
import { mailAddressProblems } from '../aws/mail-address';
import { type HostingKind, idleTopicParameterName } from '../names';
import { asyncInferenceConfig, keepRequests, scaleToZero } from './async-inference';
import { type HostedEndpoint, rollBackByAlarms } from './blue-green';
import { IdleGuard } from './idle-guard';
import { idleTimeoutProblems } from './idle-timeout';

/**
 * How long an instance may take to load the model and answer its first ping.
 * SageMaker's own default lets a model that cannot load stay in Creating for most of an hour.
 */
const STARTUP_TIMEOUT = Duration.minutes(10);

/** The variant of an endpoint's configuration, as overrides write it. */
const VARIANT = 'ProductionVariants.0';

/** What every way of hosting may have. */
interface HostingOptions {
  /**
   * Environment variables of the serving container, such as SAGEMAKER_TFS_ENABLE_BATCHING.
   * @default - none
   */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * The script with `model_fn` and the other handlers, for a framework whose container has some. Scikit-learn and XGBoost get it
   * in an archive of `sourceDir`; PyTorch and Hugging Face have it in the folder `code` of the model's archive, where the training
   * script copies it, or who made the model.
   * @default - with an archive, the training's own; in the model, inference.py
   */
  readonly entryPoint?: string;
  /**
   * The directory with `entryPoint`, for scikit-learn and XGBoost, relative to the current directory.
   * @default - the training's own
   */
  readonly sourceDir?: string;
  /**
   * The model's role; it must let sagemaker.amazonaws.com assume it. It gets what the model needs by a policy of the endpoint stack;
   * one that takes no policy from here must have it already.
   * @default - one that reads its model, pulls its image, and writes its logs and metrics
   */
  readonly role?: IRole;
}

/** Instances that wait for requests, and cost by the hour. */
export interface RealtimeHostingProps extends HostingOptions {
  /** Such as `ml.m5.xlarge`; one with a GPU chooses the image for GPUs. */
  readonly instanceType: InstanceType;
  /** @default 1 */
  readonly initialInstanceCount?: number;
  /**
   * The storage of each instance.
   * @default - SageMaker's own for the instance type
   */
  readonly volumeSize?: Size;
  /**
   * How long the endpoint may be without an invocation until its stack is deleted; the next deploy brings it back
   * without training. A multiple of 5 minutes up to one day, of one hour up to 7 days.
   * @default - it waits, and costs, until a person deletes its stack
   */
  readonly idleTimeout?: Duration;
  /**
   * A mail address that is told before and after. SNS sends it a link first, by which it must agree.
   * @default - nobody is told
   */
  readonly notify?: string;
}

/** A container that runs while there are requests, and costs nothing at rest. */
export interface ServerlessHostingProps extends HostingOptions {
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
export interface AsyncHostingProps extends HostingOptions {
  /** Such as `ml.m5.xlarge`; one with a GPU chooses the image for GPUs. */
  readonly instanceType: InstanceType;
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

/** How an endpoint hosts its model. */
export abstract class Hosting {
  /** Instances that wait for requests, and cost by the hour. */
  public static realtime(props: RealtimeHostingProps): RealtimeHosting {
    return new RealtimeHosting(checkProps('RealtimeHostingProps', props));
  }

  /** A container that runs while there are requests: nothing at rest, some seconds at the first request after a rest. */
  public static serverless(props: ServerlessHostingProps = {}): ServerlessHosting {
    return new ServerlessHosting(checkProps('ServerlessHostingProps', props));
  }

  /** Instances that come when there are requests and go afterwards: nothing at rest, minutes at the first request, up to 1 GB and 1 hour each. */
  public static async(props: AsyncHostingProps): AsyncHosting {
    return new AsyncHosting(checkProps('AsyncHostingProps', props));
  }

  protected constructor(
    private readonly declared: CheckedProps<object>,
    options: HostingOptions,
  ) {
    this.environment = options.environment ?? {};
    this.role = options.role;
    this.script = { entryPoint: options.entryPoint, sourceDir: options.sourceDir };
  }

  /** Environment variables of the serving container. */
  public readonly environment: Readonly<Record<string, string>>;

  /** The model's role, if it is a person's own. */
  public readonly role: IRole | undefined;

  /** The script with the handlers, as far as it was said. */
  public readonly script: { readonly entryPoint: string | undefined; readonly sourceDir: string | undefined };

  /** Which of the ways of hosting. */
  public abstract readonly kind: HostingKind;

  /** How long the endpoint may be without an invocation until it ends; undefined for ever. */
  public readonly idleTimeout: Duration | undefined;

  /** The mail address that is told of that. */
  public readonly notify: string | undefined;

  /** The processor that the image is for. */
  public abstract readonly processor: Processor;

  /** The instances of the endpoint's variant; none if it has none of its own. */
  public abstract instances(): Pick<InstanceProductionVariantProps, 'instanceType' | 'initialInstanceCount'>;

  /** Completes the endpoint's configuration. */
  public abstract configure(config: CfnEndpointConfig, bucket: IBucket): void;

  /** Adds what an endpoint so hosted has beside it. */
  public attach(_hosted: HostedEndpoint): void {}

  /** What the model's role may do beside what each has. */
  public modelStatements(_scope: Construct, _bucket: IBucket): PolicyStatement[] {
    return [];
  }

  /** What is wrong with the configuration. Limits: CreateEndpointConfig in SageMaker's service model. */
  public problems(): string[] {
    const problems = this.declared.problems('hosting');
    return this.declared.complete ? [...problems, ...this.valueProblems()] : problems;
  }

  /** What is wrong with values of the right types. */
  protected abstract valueProblems(): string[];

  protected environmentProblems(): string[] {
    return Object.entries(this.environment).flatMap(([key, value]) => {
      if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(key)) {
        return [
          `hosting.environment: '${key}' is not a name; use letters, digits and '_', a digit not first`,
        ];
      }
      return value.length > 1024
        ? [`hosting.environment.${key}: ${value.length} characters, and at most 1024 are allowed`]
        : [];
    });
  }
}

/** Hosting on instances of a type. */
export abstract class InstanceHosting extends Hosting {
  protected constructor(
    declared: CheckedProps<object>,
    public readonly instanceType: InstanceType,
    public readonly initialInstanceCount: number,
    options: HostingOptions,
  ) {
    super(declared, options);
  }

  public get processor(): Processor {
    return processorOf(this.instanceType ?? '') ?? 'cpu';
  }

  public instances() {
    return {
      instanceType: VariantInstanceType.of(this.instanceType),
      initialInstanceCount: this.initialInstanceCount,
    };
  }

  public configure(config: CfnEndpointConfig, { encryptionKey }: IBucket): void {
    config.kmsKeyId = encryptionKey?.keyArn;
    config.addPropertyOverride(VARIANT, {
      ContainerStartupHealthCheckTimeoutInSeconds: STARTUP_TIMEOUT.toSeconds(),
      ModelDataDownloadTimeoutInSeconds: STARTUP_TIMEOUT.toSeconds(),
    });
  }

  public override modelStatements(_scope: Construct, { encryptionKey }: IBucket): PolicyStatement[] {
    return attachVolumesUnder(encryptionKey);
  }

  protected instanceProblems(): string[] {
    const problems = instanceTypeProblems('hosting.instanceType', 'hosting', this.instanceType);
    if (problems.length === 0 && !processorOf(this.instanceType)) {
      problems.push(
        `hosting.instanceType: '${this.instanceType}' needs an image of its own kind; the framework's images run on x86 CPU and NVIDIA GPU types`,
      );
    }
    return problems;
  }
}

/** Hosting on instances that wait for requests. */
export class RealtimeHosting extends InstanceHosting {
  public readonly kind = 'realtime';
  public readonly volumeSize: Size | undefined;
  public override readonly idleTimeout: Duration | undefined;
  public override readonly notify: string | undefined;

  public constructor(declared: CheckedProps<RealtimeHostingProps>) {
    const props = declared.sound;
    super(declared, props.instanceType, props.initialInstanceCount ?? 1, props);
    this.volumeSize = props.volumeSize;
    this.idleTimeout = props.idleTimeout;
    this.notify = props.notify;
  }

  public override configure(config: CfnEndpointConfig, bucket: IBucket): void {
    super.configure(config, bucket);
    config.addPropertyOverride(`${VARIANT}.VolumeSizeInGB`, this.volumeSize?.toGibibytes());
  }

  public override attach(hosted: HostedEndpoint): void {
    const { scope, endpointName, endpoint } = hosted;
    rollBackByAlarms(hosted);
    if (this.idleTimeout) {
      new IdleGuard(scope, 'IdleGuard', {
        endpointName,
        endpointArn: endpoint.ref,
        idleTimeout: this.idleTimeout,
        topicArn:
          this.notify === undefined
            ? undefined
            : StringParameter.valueForStringParameter(scope, idleTopicParameterName(endpointName)),
      });
    }
  }

  protected valueProblems(): string[] {
    const problems = this.instanceProblems();
    if (!Number.isInteger(this.initialInstanceCount) || this.initialInstanceCount < 1) {
      problems.push(
        `hosting.initialInstanceCount: ${this.initialInstanceCount} is not a whole number from 1`,
      );
    }
    const size = this.volumeSize?.toGibibytes({ rounding: SizeRoundingBehavior.NONE });
    if (size !== undefined && (!Number.isInteger(size) || size < 1 || size > 512)) {
      problems.push(`hosting.volumeSize: ${size} GiB is not a whole number from 1 to 512 GiB`);
    }
    return [...problems, ...this.idleProblems(), ...this.environmentProblems()];
  }

  private idleProblems(): string[] {
    const problems = this.idleTimeout
      ? idleTimeoutProblems(this.idleTimeout.toSeconds({ integral: false }))
      : [];
    if (this.notify !== undefined) {
      problems.push(...mailAddressProblems('hosting.notify', this.notify));
    }
    if (this.notify !== undefined && !this.idleTimeout) {
      problems.push(
        `hosting.notify: '${this.notify}' would never be told anything; give hosting.idleTimeout, such as Duration.hours(2), or leave it out`,
      );
    }
    return problems;
  }
}

/** Asynchronous hosting. */
export class AsyncHosting extends InstanceHosting {
  public readonly kind = 'async';
  public readonly maxCapacity: number;
  public readonly maxConcurrentInvocationsPerInstance: number | undefined;

  public constructor(declared: CheckedProps<AsyncHostingProps>) {
    const props = declared.sound;
    // SageMaker creates no endpoint without an instance; the first rest takes it away.
    super(declared, props.instanceType, 1, props);
    this.maxCapacity = props.maxCapacity ?? 1;
    this.maxConcurrentInvocationsPerInstance = props.maxConcurrentInvocationsPerInstance;
  }

  public override configure(config: CfnEndpointConfig, bucket: IBucket): void {
    super.configure(config, bucket);
    config.asyncInferenceConfig = asyncInferenceConfig(bucket, this.maxConcurrentInvocationsPerInstance);
  }

  public override attach({ scope, endpoint }: HostedEndpoint): void {
    scaleToZero(scope, endpoint, this.maxCapacity);
  }

  public override modelStatements(scope: Construct, bucket: IBucket): PolicyStatement[] {
    return [...super.modelStatements(scope, bucket), ...keepRequests(scope, bucket)];
  }

  protected valueProblems(): string[] {
    const problems = this.instanceProblems();
    if (!Number.isInteger(this.maxCapacity) || this.maxCapacity < 1) {
      problems.push(`hosting.maxCapacity: ${this.maxCapacity} is not a whole number from 1`);
    }
    const concurrent = this.maxConcurrentInvocationsPerInstance;
    if (concurrent !== undefined && (!Number.isInteger(concurrent) || concurrent < 1 || concurrent > 1000)) {
      problems.push(
        `hosting.maxConcurrentInvocationsPerInstance: ${concurrent} is not a whole number from 1 to 1000`,
      );
    }
    return [...problems, ...this.environmentProblems()];
  }
}

/** Serverless hosting. */
export class ServerlessHosting extends Hosting {
  public readonly kind = 'serverless';
  /** In MiB. */
  public readonly memorySize: number;
  public readonly maxConcurrency: number;
  public readonly processor = 'cpu';

  public constructor(declared: CheckedProps<ServerlessHostingProps>) {
    const props = declared.sound;
    super(declared, props);
    this.memorySize = props.memorySize?.toMebibytes({ rounding: SizeRoundingBehavior.NONE }) ?? 2048;
    this.maxConcurrency = props.maxConcurrency ?? 5;
  }

  public instances() {
    return {};
  }

  public configure(config: CfnEndpointConfig): void {
    // The construct library knows instances only.
    config.addPropertyDeletionOverride(`${VARIANT}.InstanceType`);
    config.addPropertyDeletionOverride(`${VARIANT}.InitialInstanceCount`);
    config.addPropertyOverride(`${VARIANT}.ServerlessConfig`, {
      MemorySizeInMB: this.memorySize,
      MaxConcurrency: this.maxConcurrency,
    });
  }

  protected valueProblems(): string[] {
    const problems: string[] = [];
    if (this.memorySize < 1024 || this.memorySize > 6144 || this.memorySize % 1024 !== 0) {
      problems.push(
        `hosting.memorySize: ${this.memorySize} MiB is not one of 1024, 2048, 3072, 4096, 5120 and 6144 MiB`,
      );
    }
    if (!Number.isInteger(this.maxConcurrency) || this.maxConcurrency < 1 || this.maxConcurrency > 200) {
      problems.push(`hosting.maxConcurrency: ${this.maxConcurrency} is not a whole number from 1 to 200`);
    }
    return [...problems, ...this.environmentProblems()];
  }
}
