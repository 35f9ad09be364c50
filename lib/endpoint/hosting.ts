import {
  InstanceType as VariantInstanceType,
  type InstanceProductionVariantProps,
} from '@aws-cdk/aws-sagemaker-alpha';
import { Duration, SizeRoundingBehavior } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { hasLocalStorage, instanceTypeProblems, type Processor, processorOf } from '../images/instance-types';
import { attachToVpc, attachVolumesUnder } from '../aws/sagemaker-permissions';
import { type CheckedProps, checkProps } from '../aws/declared-props';
import { notifyProblems } from '../aws/notify';
import { answerForFactories } from '../aws/factories';
import { environmentProblems } from '../aws/environment-problems';
import { placementProblems } from '../aws/vpc-placement';
import { wholeNumberProblems } from '../aws/whole-number';
import { ASYNC_INPUT_PREFIX, ASYNC_OUTPUT_PREFIX, type HostingKind, idleTopicParameterName } from '../names';
import { asyncInferenceConfig, keepRequests, scaleToZero } from './async-inference';
import { type HostedEndpoint, rollBackByAlarms } from './blue-green';
import { dataCaptureConfig, dataCaptureProblems, keepCaptured } from './data-capture';
import type {
  AsyncHostingProps,
  HostingOptions,
  InstanceHostingOptions,
  RealtimeHostingProps,
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
export abstract class Hosting<P extends HostingOptions = HostingOptions> {
  /** Instances that wait for requests, and cost by the hour. */
  public static realtime(props: RealtimeHostingProps): Hosting<RealtimeHostingProps> {
    return new RealtimeHosting(checkProps('RealtimeHostingProps', props));
  }

  /** A container that runs while there are requests: nothing at rest, some seconds at the first request after a rest. */
  public static serverless(props: ServerlessHostingProps = {}): Hosting<ServerlessHostingProps> {
    return new ServerlessHosting(checkProps('ServerlessHostingProps', props, NOT_SERVERLESS));
  }

  /** Instances that come when there are requests and go afterwards: nothing at rest, minutes at the first request, up to 1 GB and 1 hour each. */
  public static async(props: AsyncHostingProps): Hosting<AsyncHostingProps> {
    return new AsyncHosting(checkProps('AsyncHostingProps', props, NOT_ASYNC));
  }

  /** What was declared, as far as each value is of its type. */
  public readonly props: P & Partial<RealtimeHostingProps>;
  /** Which of the ways of hosting. */
  public abstract readonly kind: HostingKind;
  /** The processor that the image is for. */
  public abstract readonly processor: Processor;

  protected constructor(private readonly declared: CheckedProps<P>) {
    this.props = declared.sound;
  }

  /** The name of the endpoint's variant. */
  public get variantName(): string {
    return this.props.variantName ?? VARIANT_NAME;
  }

  /** The instances of the endpoint's variant; none if it has none of its own. */
  public abstract instances(): Pick<InstanceProductionVariantProps, 'instanceType' | 'initialInstanceCount'>;

  /** Completes the endpoint's configuration, and adds what an endpoint so hosted has beside it. */
  public abstract complete(hosted: HostedEndpoint): void;

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
          ...(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/.test(this.variantName)
            ? []
            : [
                `hosting.variantName: '${this.variantName}' is not a name; 1 to 63 letters, digits and inner dashes`,
              ]),
          ...environmentProblems('hosting.environment', this.props.environment ?? {}, 1024),
          ...(this.props.notify === undefined ? [] : notifyProblems('hosting.notify', this.props.notify)),
        ]
      : problems;
  }

  /** What is wrong with values of the right types. */
  protected abstract valueProblems(): string[];
}

answerForFactories(Hosting);

/** Hosting on instances of a type. */
abstract class InstanceHosting<P extends InstanceHostingOptions> extends Hosting<P> {
  public get processor(): Processor {
    return processorOf(this.props.instanceType ?? '') ?? 'cpu';
  }

  public instances() {
    return {
      instanceType: VariantInstanceType.of(this.props.instanceType),
      // SageMaker creates no endpoint without an instance; the first rest of an asynchronous one takes it away.
      initialInstanceCount: this.props.initialInstanceCount ?? 1,
    };
  }

  public complete({ config, bucket: { encryptionKey } }: HostedEndpoint): void {
    const {
      instanceType,
      volumeSize,
      inferenceAmiVersion,
      containerStartupHealthCheckTimeout = STARTUP_TIMEOUT,
      modelDataDownloadTimeout = STARTUP_TIMEOUT,
    } = this.props;
    config.kmsKeyId = hasLocalStorage(instanceType) ? undefined : encryptionKey?.keyArn;
    config.addPropertyOverride(VARIANT, {
      ContainerStartupHealthCheckTimeoutInSeconds: containerStartupHealthCheckTimeout.toSeconds(),
      ModelDataDownloadTimeoutInSeconds: modelDataDownloadTimeout.toSeconds(),
      VolumeSizeInGB: volumeSize?.toGibibytes(),
      InferenceAmiVersion: inferenceAmiVersion,
    });
  }

  public override modelStatements(_scope: Construct, { encryptionKey }: IBucket): PolicyStatement[] {
    return [
      ...(hasLocalStorage(this.props.instanceType) ? [] : attachVolumesUnder(encryptionKey)),
      ...(this.props.vpc ? [attachToVpc()] : []),
    ];
  }

  protected valueProblems(): string[] {
    return [
      ...this.instanceTypeProblems(),
      ...this.volumeProblems(),
      ...(['containerStartupHealthCheckTimeout', 'modelDataDownloadTimeout'] as const).flatMap((prop) => {
        const seconds = this.props[prop]?.toSeconds({ integral: false });
        return wholeNumberProblems(`hosting.${prop}`, seconds, [60, 3600], ' seconds').map(
          (problem) => `${problem}; write such as Duration.minutes(20)`,
        );
      }),
      ...placementProblems('hosting.', this.props),
    ];
  }

  private instanceTypeProblems(): string[] {
    const { instanceType, inferenceAmiVersion, image } = this.props;
    const problems = instanceTypeProblems('hosting.instanceType', 'hosting', instanceType);
    if (problems.length > 0) {
      return problems;
    }
    if (!processorOf(instanceType) && !image) {
      problems.push(
        `hosting.instanceType: '${instanceType}' needs an image of its own kind; the framework's images run on x86 CPU and NVIDIA GPU types; ` +
          'take one of those, or give hosting.image',
      );
    }
    if (inferenceAmiVersion !== undefined && processorOf(instanceType) !== 'gpu') {
      problems.push(
        `hosting.inferenceAmiVersion: '${inferenceAmiVersion}' is for instances with an NVIDIA GPU, which ${instanceType} does not have; leave it out`,
      );
    }
    return problems;
  }

  private volumeProblems(): string[] {
    const { instanceType, volumeSize } = this.props;
    // Source: "Host instance storage volumes", SageMaker's developer guide.
    return volumeSize && hasLocalStorage(instanceType)
      ? [
          `hosting.volumeSize: ${instanceType} has storage of its own, and SageMaker takes no size for it; leave it out`,
        ]
      : wholeNumberProblems(
          'hosting.volumeSize',
          volumeSize?.toGibibytes({ rounding: SizeRoundingBehavior.NONE }),
          [1, 512],
          ' GiB',
        );
  }
}

/** Hosting on instances that wait for requests. */
class RealtimeHosting extends InstanceHosting<RealtimeHostingProps> {
  public readonly kind = 'realtime';

  public override complete(hosted: HostedEndpoint): void {
    super.complete(hosted);
    const { scope, config, endpointName } = hosted;
    const { routingConfig, dataCaptureConfig: capture, idleTimeout, notify } = this.props;
    if (routingConfig) {
      config.addPropertyOverride(`${VARIANT}.RoutingConfig`, {
        RoutingStrategy: routingConfig.routingStrategy,
      });
    }
    config.dataCaptureConfig = capture && dataCaptureConfig(capture, hosted.bucket);
    rollBackByAlarms(hosted);
    if (idleTimeout) {
      const topicArn =
        notify === undefined
          ? undefined
          : StringParameter.valueForStringParameter(scope, idleTopicParameterName(endpointName));
      new IdleGuard(scope, 'IdleGuard', { ...hosted, idleTimeout, topicArn });
    }
  }

  public override modelStatements(scope: Construct, bucket: IBucket): PolicyStatement[] {
    return [
      ...super.modelStatements(scope, bucket),
      ...(this.props.dataCaptureConfig ? keepCaptured(scope, bucket) : []),
    ];
  }

  protected override valueProblems(): string[] {
    const { initialInstanceCount, dataCaptureConfig: capture, idleTimeout } = this.props;
    return [
      ...super.valueProblems(),
      ...wholeNumberProblems('hosting.initialInstanceCount', initialInstanceCount, [1]),
      ...(capture ? dataCaptureProblems(capture) : []),
      ...(idleTimeout ? idleTimeoutProblems(idleTimeout.toSeconds({ integral: false })) : []),
    ];
  }
}

/** Asynchronous hosting. */
class AsyncHosting extends InstanceHosting<AsyncHostingProps> {
  public readonly kind = 'async';

  public override complete(hosted: HostedEndpoint): void {
    super.complete(hosted);
    const { maxCapacity = 1, maxConcurrentInvocationsPerInstance } = this.props;
    hosted.config.asyncInferenceConfig = asyncInferenceConfig(
      hosted.bucket,
      maxConcurrentInvocationsPerInstance,
    );
    scaleToZero(hosted.scope, hosted.endpoint, maxCapacity);
  }

  public override modelStatements(scope: Construct, bucket: IBucket): PolicyStatement[] {
    return [...super.modelStatements(scope, bucket), ...keepRequests(scope, bucket)];
  }

  protected override valueProblems(): string[] {
    const { maxCapacity, maxConcurrentInvocationsPerInstance: concurrent } = this.props;
    return [
      ...super.valueProblems(),
      ...wholeNumberProblems('hosting.maxCapacity', maxCapacity, [1]),
      ...wholeNumberProblems('hosting.maxConcurrentInvocationsPerInstance', concurrent, [1, 1000]),
    ];
  }
}

/** Serverless hosting. */
class ServerlessHosting extends Hosting<ServerlessHostingProps> {
  public readonly kind = 'serverless';
  public readonly processor = 'cpu';

  public instances() {
    return {};
  }

  public complete({ config }: HostedEndpoint): void {
    // The construct library knows instances only.
    config.addPropertyDeletionOverride(`${VARIANT}.InstanceType`);
    config.addPropertyDeletionOverride(`${VARIANT}.InitialInstanceCount`);
    config.addPropertyOverride(`${VARIANT}.ServerlessConfig`, {
      MemorySizeInMB: this.memorySize,
      MaxConcurrency: this.props.maxConcurrency ?? 5,
    });
  }

  /** In MiB. */
  private get memorySize(): number {
    return this.props.memorySize?.toMebibytes({ rounding: SizeRoundingBehavior.NONE }) ?? 2048;
  }

  protected valueProblems(): string[] {
    return [
      ...([1024, 2048, 3072, 4096, 5120, 6144].includes(this.memorySize)
        ? []
        : [
            `hosting.memorySize: ${this.memorySize} MiB is not one of 1024, 2048, 3072, 4096, 5120 and 6144 MiB`,
          ]),
      ...wholeNumberProblems('hosting.maxConcurrency', this.props.maxConcurrency, [1, 200]),
    ];
  }
}
