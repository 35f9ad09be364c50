import {
  type ContainerDefinition,
  ContainerImage,
  type ContainerImageConfig,
  Endpoint as SageMakerEndpoint,
  EndpointConfig,
  InstanceType,
  Model,
  ModelData,
  type ModelDataConfig,
} from '@aws-cdk/aws-sagemaker-alpha';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IAlarm,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { CfnEndpoint, CfnEndpointConfig } from 'aws-cdk-lib/aws-sagemaker';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { processorOf } from '../images/instance-types';
import { publishMetrics, pullImage, writeLogs } from '../aws/sagemaker-permissions';
import { type DeepLearningContainer, imageUri } from '../images/deep-learning-containers';
import { ENDPOINT_METRICS, endpointLogGroupName, idleTopicParameterName } from '../names';
import {
  AsyncHosting,
  type Hosting,
  InstanceHosting,
  RealtimeHosting,
  type ServerlessHosting,
} from './hosting';
import { asyncInferenceConfig, keepRequests, scaleToZero } from './async-inference';
import { IdleGuard } from './idle-guard';
import type { ModelSource } from './model-source';

/** The endpoint's only production variant; the SageMaker Python SDK's name for it. */
export const VARIANT_NAME = 'AllTraffic';

/**
 * How long an instance may take to load the model and answer its first ping.
 * SageMaker's own default lets a model that cannot load stay in Creating for most of an hour.
 */
const STARTUP_TIMEOUT = Duration.minutes(10);

/** How long the former instances wait after a switch, so that the alarms can turn it back. */
const BAKING_TIME = Duration.minutes(5);

/** The endpoint of a project. */
export interface EndpointProps {
  /** The endpoint's name: the project's. */
  readonly endpointName: string;
  readonly model: ModelSource;
  readonly hosting: Hosting;
  /** The project's bucket: where asynchronous requests and their answers lie. */
  readonly bucket: IBucket;
}

/**
 * A SageMaker endpoint with its model, its role and its log group.
 * Another model, hosting or image updates it in place; real-time by blue/green, turned back by its own alarms.
 */
export class Endpoint extends Construct {
  public readonly endpointName: string;

  public constructor(scope: Construct, id: string, props: EndpointProps) {
    super(scope, id);
    const { hosting } = props;
    // The stack owns the group, so that it goes with it; the role cannot make it again.
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: endpointLogGroupName(props.endpointName),
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const processor = hosting instanceof InstanceHosting ? processorOf(hosting.instanceType) : 'cpu';
    const model = this.model(props, props.model.framework.inferenceImage(processor ?? 'cpu'));
    const config = new EndpointConfig(this, 'Config', {
      instanceProductionVariants: [
        {
          variantName: VARIANT_NAME,
          model,
          ...(hosting instanceof InstanceHosting && {
            instanceType: InstanceType.of(hosting.instanceType),
            initialInstanceCount: hosting.initialInstanceCount,
          }),
        },
      ],
    });
    const endpoint = new SageMakerEndpoint(this, 'Resource', {
      endpointName: props.endpointName,
      endpointConfig: config,
    });
    const cfnConfig = config.node.findChild('EndpointConfig') as CfnEndpointConfig;
    const cfnEndpoint = endpoint.node.findChild('Endpoint') as CfnEndpoint;
    if (hosting instanceof InstanceHosting) {
      cfnConfig.addPropertyOverride('ProductionVariants.0', {
        ContainerStartupHealthCheckTimeoutInSeconds: STARTUP_TIMEOUT.toSeconds(),
        ModelDataDownloadTimeoutInSeconds: STARTUP_TIMEOUT.toSeconds(),
        ...(hosting instanceof RealtimeHosting && { VolumeSizeInGB: hosting.volumeSize?.toGibibytes() }),
      });
    } else {
      const serverless = hosting as ServerlessHosting;
      // The construct library knows instances only.
      cfnConfig.addPropertyDeletionOverride('ProductionVariants.0.InstanceType');
      cfnConfig.addPropertyDeletionOverride('ProductionVariants.0.InitialInstanceCount');
      cfnConfig.addPropertyOverride('ProductionVariants.0.ServerlessConfig', {
        MemorySizeInMB: serverless.memorySize,
        MaxConcurrency: serverless.maxConcurrency,
      });
    }
    cfnEndpoint.node.addDependency(logGroup, model);
    if (hosting instanceof AsyncHosting) {
      cfnConfig.asyncInferenceConfig = asyncInferenceConfig(hosting, props.bucket);
      scaleToZero(this, hosting, cfnEndpoint, VARIANT_NAME);
    }
    if (hosting instanceof RealtimeHosting) {
      cfnEndpoint.deploymentConfig = blueGreen(this.alarms(props.endpointName));
    }
    if (hosting instanceof RealtimeHosting && hosting.idleTimeout) {
      new IdleGuard(this, 'IdleGuard', {
        endpointName: props.endpointName,
        variantName: VARIANT_NAME,
        endpointArn: cfnEndpoint.ref,
        idleTimeout: hosting.idleTimeout,
        topicArn:
          hosting.notify === undefined
            ? undefined
            : StringParameter.valueForStringParameter(this, idleTopicParameterName(props.endpointName)),
      });
    }
    this.endpointName = endpoint.endpointName;
  }

  private model(props: EndpointProps, image: DeepLearningContainer): Model {
    const artifact = props.model.artifact(this);
    const role = new Role(this, 'ModelRole', { assumedBy: new ServicePrincipal('sagemaker.amazonaws.com') });
    for (const statement of [
      new PolicyStatement({ actions: ['s3:GetObject'], resources: [artifact.objectArn] }),
      ...pullImage(this, image),
      writeLogs(this, endpointLogGroupName(props.endpointName)),
      publishMetrics(ENDPOINT_METRICS),
      ...(props.hosting instanceof AsyncHosting ? keepRequests(this, props.bucket) : []),
    ]) {
      role.addToPolicy(statement);
    }
    const container: ContainerDefinition = {
      image: new Image(imageUri(this, image)),
      modelData: new Artifact(artifact.url),
      environment:
        Object.keys(props.hosting.environment).length > 0 ? { ...props.hosting.environment } : undefined,
    };
    return new Model(this, 'Model', { role, containers: [container] });
  }

  /** What turns a deployment back: errors of the container, and answers near the limit of 60 seconds. */
  private alarms(endpointName: string): IAlarm[] {
    const metric = (metricName: string, statistic: string) =>
      new Metric({
        namespace: 'AWS/SageMaker',
        metricName,
        dimensionsMap: { EndpointName: endpointName, VariantName: VARIANT_NAME },
        statistic,
        period: Duration.minutes(1),
      });
    const alarm = (id: string, watched: Metric, threshold: number, alarmDescription: string) =>
      new Alarm(this, id, {
        metric: watched,
        threshold,
        alarmDescription,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
    return [
      alarm(
        'ServerErrors',
        metric('Invocation5XXErrors', Stats.SUM),
        1,
        `The endpoint ${endpointName} answered with a server error`,
      ),
      alarm(
        'SlowAnswers',
        // In microseconds.
        metric('ModelLatency', Stats.p(99)),
        Duration.seconds(55).toMilliseconds() * 1000,
        `The endpoint ${endpointName} takes nearly the 60 seconds that a request may take`,
      ),
    ];
  }
}

function blueGreen(alarms: IAlarm[]): CfnEndpoint.DeploymentConfigProperty {
  return {
    blueGreenUpdatePolicy: {
      trafficRoutingConfiguration: { type: 'ALL_AT_ONCE' },
      terminationWaitInSeconds: BAKING_TIME.toSeconds(),
      maximumExecutionTimeoutInSeconds: Duration.hours(1).toSeconds(),
    },
    autoRollbackConfiguration: { alarms: alarms.map((alarm) => ({ alarmName: alarm.alarmName })) },
  };
}

/** An image by its URI; the role that the model gets may pull it already. */
class Image extends ContainerImage {
  public constructor(private readonly imageName: string) {
    super();
  }

  public bind(): ContainerImageConfig {
    return { imageName: this.imageName };
  }
}

/** An artifact by its URL; the role that the model gets may read it already. */
class Artifact extends ModelData {
  public constructor(private readonly uri: string) {
    super();
  }

  public bind(): ModelDataConfig {
    return { uri: this.uri };
  }
}
