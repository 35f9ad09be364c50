import {
  InstanceType as VariantInstanceType,
  type InstanceProductionVariantProps,
} from '@aws-cdk/aws-sagemaker-alpha';
import { Duration, type Size, SizeRoundingBehavior } from 'aws-cdk-lib';
import type { IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { CfnEndpointConfig } from 'aws-cdk-lib/aws-sagemaker';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import type { ContainerImage } from '../images/container-image';
import {
  hasLocalStorage,
  type InstanceType,
  instanceTypeProblems,
  type Processor,
  processorOf,
} from '../images/instance-types';
import { attachToVpc, attachVolumesUnder } from '../aws/sagemaker-permissions';
import { type CheckedProps, checkProps } from '../aws/declared-props';
import { notifyProblems } from '../aws/notify';
import { placementProblems, type VpcPlacement } from '../aws/vpc-placement';
import { environmentProblems } from '../aws/environment-problems';
import { answerForFactories } from '../aws/factories';
import { ASYNC_INPUT_PREFIX, ASYNC_OUTPUT_PREFIX, type HostingKind, idleTopicParameterName } from '../names';
import { asyncInferenceConfig, keepRequests, scaleToZero } from './async-inference';
import { type HostedEndpoint, rollBackByAlarms } from './blue-green';
import { type DataCaptureConfig, dataCaptureConfig, dataCaptureProblems, keepCaptured } from './data-capture';
import type {
  AsyncHostingProps,
  HostingOptions,
  InstanceHostingOptions,
  RealtimeHostingProps,
  RoutingConfig,
  ServerlessHostingProps,
} from './hosting-props';
import { IdleGuard } from './idle-guard';
import { idleTimeoutProblems } from './idle-timeout';
import { VARIANT_NAME } from './variant-name';

/**
 * How long an instance may take to load the model and answer its first ping.
 * SageMaker's own default lets a model that cannot load stay in Creating for most of an hour.
 */
const STARTUP_TIMEOUT = Duration.minutes(10);

/** The variant of an endpoint's configuration, as overrides write it. */
const VARIANT = 'ProductionVariants.0';

const SERVERLESS_LACKS =
  'serverless inference has none; take Hosting.realtime or Hosting.async, or leave it out';

/** What a serverless endpoint cannot have. Source: "Deploy models with Amazon SageMaker Serverless Inference", feature exclusions. */
const NOT_SERVERLESS = {
  vpc: SERVERLESS_LACKS,
  vpcSubnets: SERVERLESS_LACKS,
  securityGroups: SERVERLESS_LACKS,
  enableNetworkIsolation: SERVERLESS_LACKS,
  volumeSize: SERVERLESS_LACKS,
  inferenceAmiVersion: SERVERLESS_LACKS,
  containerStartupHealthCheckTimeout: SERVERLESS_LACKS,
  modelDataDownloadTimeout: SERVERLESS_LACKS,
  dataCaptureConfig: 'serverless inference has none; take Hosting.realtime, or leave it out',
  instanceType: 'serverless inference has no instances; leave it out, or take Hosting.realtime',
  idleTimeout: 'a serverless endpoint costs nothing while nobody asks it; leave it out',
};

/** What an asynchronous endpoint cannot have, or has already. */
const NOT_ASYNC = {
  dataCaptureConfig: `asynchronous inference has none: its requests and answers lie in the bucket, below ${ASYNC_INPUT_PREFIX} and ${ASYNC_OUTPUT_PREFIX}; leave it out`,
  initialInstanceCount:
    'an asynchronous endpoint begins with one instance and ends with none; give maxCapacity, or leave it out',
  variantName: 'SageMaker changes no variant that scales; leave it out: it is AllTraffic',
  idleTimeout: 'an asynchronous endpoint has no instance while nobody asks it; leave it out',
};

/** How an endpoint hosts its model. */
export abstract class Hosting {
  /** Instances that wait for requests, and cost by the hour. */
  public static realtime(props: RealtimeHostingProps): RealtimeHosting {
    return new RealtimeHosting(checkProps('RealtimeHostingProps', props));
  }

  /** A container that runs while there are requests: nothing at rest, some seconds at the first request after a rest. */
  public static serverless(props: ServerlessHostingProps = {}): ServerlessHosting {
    return new ServerlessHosting(checkProps('ServerlessHostingProps', props, NOT_SERVERLESS));
  }

  /** Instances that come when there are requests and go afterwards: nothing at rest, minutes at the first request, up to 1 GB and 1 hour each. */
  public static async(props: AsyncHostingProps): AsyncHosting {
    return new AsyncHosting(checkProps('AsyncHostingProps', props, NOT_ASYNC));
  }

  protected constructor(
    private readonly declared: CheckedProps<object>,
    options: HostingOptions & { readonly variantName?: string },
  ) {
    this.environment = options.environment ?? {};
    this.role = options.role;
    this.image = options.image;
    this.notify = options.notify;
    this.variantName = options.variantName ?? VARIANT_NAME;
    this.script = { entryPoint: options.entryPoint, sourceDir: options.sourceDir };
  }

  /** Environment variables of the serving container. */
  public readonly environment: Readonly<Record<string, string>>;

  /** The image that serves in place of the framework's. */
  public readonly image: ContainerImage | undefined;

  /** The name of the endpoint's variant. */
  public readonly variantName: string;

  /** The network of the model; none of a person's own where there are no instances. */
  public readonly network: ModelNetwork = {};

  /** The model's role, if it is a person's own. */
  public readonly role: IRole | undefined;

  /** The script with the handlers, as far as it was said. */
  public readonly script: { readonly entryPoint: string | undefined; readonly sourceDir: string | undefined };

  /** Which of the ways of hosting. */
  public abstract readonly kind: HostingKind;

  /** How long the endpoint may be without an invocation until it ends; undefined for ever. */
  public readonly idleTimeout: Duration | undefined;

  /** Who is told of that, and of deployments that fail. */
  public readonly notify: string | ITopic | undefined;

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
    return this.declared.complete
      ? [
          ...problems,
          ...this.valueProblems(),
          ...this.variantNameProblems(),
          ...environmentProblems('hosting.environment', this.environment, 1024),
          ...(this.notify === undefined ? [] : notifyProblems('hosting.notify', this.notify)),
        ]
      : problems;
  }

  /** What is wrong with values of the right types. */
  protected abstract valueProblems(): string[];

  private variantNameProblems(): string[] {
    return /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/.test(this.variantName)
      ? []
      : [
          `hosting.variantName: '${this.variantName}' is not a name; 1 to 63 letters, digits and inner dashes`,
        ];
  }
}

answerForFactories(Hosting);

/** The network of a model's containers. */
export interface ModelNetwork extends VpcPlacement {
  readonly enableNetworkIsolation?: boolean | undefined;
}

/** Hosting on instances of a type. */
export abstract class InstanceHosting extends Hosting {
  public readonly instanceType: InstanceType;
  public readonly volumeSize: Size | undefined;
  public override readonly network: ModelNetwork;
  /** Seconds that loading the model and the first ping may take, and the model's download. */
  private readonly timeouts: Readonly<
    Record<'containerStartupHealthCheckTimeout' | 'modelDataDownloadTimeout', Duration>
  >;
  private readonly inferenceAmiVersion: string | undefined;

  protected constructor(
    declared: CheckedProps<object>,
    public readonly initialInstanceCount: number,
    options: InstanceHostingOptions,
  ) {
    super(declared, options);
    this.instanceType = options.instanceType;
    this.volumeSize = options.volumeSize;
    this.network = options;
    this.timeouts = {
      containerStartupHealthCheckTimeout: options.containerStartupHealthCheckTimeout ?? STARTUP_TIMEOUT,
      modelDataDownloadTimeout: options.modelDataDownloadTimeout ?? STARTUP_TIMEOUT,
    };
    this.inferenceAmiVersion = options.inferenceAmiVersion;
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
    config.kmsKeyId = hasLocalStorage(this.instanceType) ? undefined : encryptionKey?.keyArn;
    config.addPropertyOverride(VARIANT, {
      ContainerStartupHealthCheckTimeoutInSeconds:
        this.timeouts.containerStartupHealthCheckTimeout.toSeconds(),
      ModelDataDownloadTimeoutInSeconds: this.timeouts.modelDataDownloadTimeout.toSeconds(),
      VolumeSizeInGB: this.volumeSize?.toGibibytes(),
      InferenceAmiVersion: this.inferenceAmiVersion,
    });
  }

  public override modelStatements(_scope: Construct, { encryptionKey }: IBucket): PolicyStatement[] {
    return [
      ...(hasLocalStorage(this.instanceType) ? [] : attachVolumesUnder(encryptionKey)),
      ...(this.network.vpc ? [attachToVpc()] : []),
    ];
  }

  protected valueProblems(): string[] {
    return [
      ...this.instanceTypeProblems(),
      ...this.volumeProblems(),
      ...Object.entries(this.timeouts).flatMap(([prop, timeout]) => timeoutProblems(prop, timeout)),
      ...placementProblems('hosting.', this.network),
    ];
  }

  private instanceTypeProblems(): string[] {
    const problems = instanceTypeProblems('hosting.instanceType', 'hosting', this.instanceType);
    if (problems.length > 0) {
      return problems;
    }
    if (!processorOf(this.instanceType) && !this.image) {
      problems.push(
        `hosting.instanceType: '${this.instanceType}' needs an image of its own kind; the framework's images run on x86 CPU and NVIDIA GPU types; ` +
          'take one of those, or give hosting.image',
      );
    }
    if (this.inferenceAmiVersion !== undefined && processorOf(this.instanceType) !== 'gpu') {
      problems.push(
        `hosting.inferenceAmiVersion: '${this.inferenceAmiVersion}' is for instances with an NVIDIA GPU, which ${this.instanceType} does not have; leave it out`,
      );
    }
    return problems;
  }

  private volumeProblems(): string[] {
    const size = this.volumeSize?.toGibibytes({ rounding: SizeRoundingBehavior.NONE });
    if (size === undefined) {
      return [];
    }
    // Source: "Host instance storage volumes", SageMaker's developer guide.
    if (hasLocalStorage(this.instanceType)) {
      return [
        `hosting.volumeSize: ${this.instanceType} has storage of its own, and SageMaker takes no size for it; leave it out`,
      ];
    }
    return Number.isInteger(size) && size >= 1 && size <= 512
      ? []
      : [`hosting.volumeSize: ${size} GiB is not a whole number from 1 to 512 GiB`];
  }
}

function timeoutProblems(prop: string, timeout: Duration): string[] {
  const seconds = timeout.toSeconds({ integral: false });
  return Number.isInteger(seconds) && seconds >= 60 && seconds <= 3600
    ? []
    : [
        `hosting.${prop}: ${seconds} seconds is not a whole number from 60 to 3600; write such as Duration.minutes(20)`,
      ];
}

/** Hosting on instances that wait for requests. */
export class RealtimeHosting extends InstanceHosting {
  public readonly kind = 'realtime';
  private readonly routingConfig: RoutingConfig | undefined;
  private readonly dataCapture: DataCaptureConfig | undefined;
  public override readonly idleTimeout: Duration | undefined;

  public constructor(declared: CheckedProps<RealtimeHostingProps>) {
    const props = declared.sound;
    super(declared, props.initialInstanceCount ?? 1, props);
    this.routingConfig = props.routingConfig;
    this.dataCapture = props.dataCaptureConfig;
    this.idleTimeout = props.idleTimeout;
  }

  public override configure(config: CfnEndpointConfig, bucket: IBucket): void {
    super.configure(config, bucket);
    if (this.routingConfig) {
      config.addPropertyOverride(`${VARIANT}.RoutingConfig`, {
        RoutingStrategy: this.routingConfig.routingStrategy,
      });
    }
    config.dataCaptureConfig = this.dataCapture && dataCaptureConfig(this.dataCapture, bucket);
  }

  public override modelStatements(scope: Construct, bucket: IBucket): PolicyStatement[] {
    return [
      ...super.modelStatements(scope, bucket),
      ...(this.dataCapture ? keepCaptured(scope, bucket) : []),
    ];
  }

  public override attach(hosted: HostedEndpoint): void {
    const { scope, endpointName, endpoint } = hosted;
    rollBackByAlarms(hosted);
    if (this.idleTimeout) {
      new IdleGuard(scope, 'IdleGuard', {
        endpointName,
        endpointArn: endpoint.ref,
        variantName: this.variantName,
        idleTimeout: this.idleTimeout,
        topicArn:
          this.notify === undefined
            ? undefined
            : StringParameter.valueForStringParameter(scope, idleTopicParameterName(endpointName)),
      });
    }
  }

  protected override valueProblems(): string[] {
    const problems = super.valueProblems();
    if (!Number.isInteger(this.initialInstanceCount) || this.initialInstanceCount < 1) {
      problems.push(
        `hosting.initialInstanceCount: ${this.initialInstanceCount} is not a whole number from 1`,
      );
    }
    return [
      ...problems,
      ...(this.dataCapture ? dataCaptureProblems(this.dataCapture) : []),
      ...this.idleProblems(),
    ];
  }

  private idleProblems(): string[] {
    return this.idleTimeout ? idleTimeoutProblems(this.idleTimeout.toSeconds({ integral: false })) : [];
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
    super(declared, 1, props);
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

  protected override valueProblems(): string[] {
    const problems = super.valueProblems();
    if (!Number.isInteger(this.maxCapacity) || this.maxCapacity < 1) {
      problems.push(`hosting.maxCapacity: ${this.maxCapacity} is not a whole number from 1`);
    }
    const concurrent = this.maxConcurrentInvocationsPerInstance;
    if (concurrent !== undefined && (!Number.isInteger(concurrent) || concurrent < 1 || concurrent > 1000)) {
      problems.push(
        `hosting.maxConcurrentInvocationsPerInstance: ${concurrent} is not a whole number from 1 to 1000`,
      );
    }
    return problems;
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
    return problems;
  }
}
