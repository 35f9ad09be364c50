// The project's endpoint: what it serves (model-source.ts), how it is hosted (hosting.ts: real-time, asynchronous, serverless),
// how a new version takes over, and the guard that ends it when nobody uses it, whose function is idle-guard.lambda.ts.

import {
  type ContainerDefinition,
  Endpoint as SageMakerEndpoint,
  EndpointConfig,
  Model,
} from '@aws-cdk/aws-sagemaker-alpha';
import type { IGrantable, IPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { CfnEndpoint, CfnEndpointConfig } from 'aws-cdk-lib/aws-sagemaker';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ExecutionRole } from '../aws/execution-role';
import { allow, publishMetrics, useKeyInS3, writeLogs } from '../aws/sagemaker-permissions';
import type { ContainerImage as EstimatorImage } from '../images/container-image';
import { ENDPOINT_METRICS, endpointLogGroupName } from '../names';
import type { Hosting } from './hosting';
import type { ModelSource } from './model-source';
import { servingScript, type TrainedBy } from './serving-script';

/** The endpoint of a project. */
export interface EndpointProps {
  /** The endpoint's name: `endpointName` of the project and its kind of hosting. */
  readonly endpointName: string;
  readonly model: ModelSource;
  readonly hosting: Hosting;
  /** The script that trained the model; none if another project did. */
  readonly trained: TrainedBy | undefined;
  /** The project's bucket: where asynchronous requests and their answers lie. */
  readonly bucket: IBucket;
}

/**
 * A SageMaker endpoint with its model and its role. Its log group is the workspace's: what it said outlives it.
 * Another model, hosting or image updates it in place; real-time by blue/green, turned back by its own alarms.
 */
export class Endpoint extends Construct implements IGrantable {
  public readonly endpointName: string;
  /** The principal of the model's role: `table.grantReadData(project.endpoint)` lets the model's handlers read a table. */
  public readonly grantPrincipal: IPrincipal;

  public constructor(scope: Construct, id: string, props: EndpointProps) {
    super(scope, id);
    const { hosting } = props;
    const execution = new ExecutionRole(this, 'ModelRole', hosting.props.role);
    this.grantPrincipal = execution.role;
    const model = this.model(
      props,
      execution,
      hosting.props.image ?? props.model.estimator.image('inference', hosting.processor),
    );
    const config = new EndpointConfig(this, 'Config', {
      instanceProductionVariants: [{ variantName: hosting.variantName, model, ...hosting.instances() }],
    });
    const endpoint = new SageMakerEndpoint(this, 'Resource', {
      endpointName: props.endpointName,
      endpointConfig: config,
    });
    const cfnConfig = config.node.findChild('EndpointConfig') as CfnEndpointConfig;
    const cfnEndpoint = endpoint.node.findChild('Endpoint') as CfnEndpoint;
    cfnEndpoint.node.addDependency(model);
    hosting.complete({
      scope: this,
      endpointName: props.endpointName,
      variantName: hosting.variantName,
      endpoint: cfnEndpoint,
      config: cfnConfig,
      bucket: props.bucket,
      modelRole: execution.role,
    });
    this.endpointName = endpoint.endpointName;
  }

  /** Lets the model's role do more; a role of a person's own must take policies. */
  public addToRolePolicy(statement: PolicyStatement): void {
    this.grantPrincipal.addToPrincipalPolicy(statement);
  }

  private model(props: EndpointProps, execution: ExecutionRole, image: EstimatorImage): Model {
    const artifact = props.model.artifact(this);
    const { estimator } = props.model;
    const script = servingScript(this, { ...props.hosting.props, estimator, trained: props.trained });
    execution.addToPolicy(
      allow(['s3:GetObject'], [artifact.objectArn]),
      ...useKeyInS3(props.bucket.encryptionKey, 'kms:Decrypt'),
      ...script.statements,
      ...image.pullStatements(this),
      writeLogs(this, endpointLogGroupName(props.endpointName)),
      publishMetrics(ENDPOINT_METRICS),
      ...props.hosting.modelStatements(this, props.bucket),
    );
    const environment = { ...script.environment, ...props.hosting.props.environment };
    const container: ContainerDefinition = {
      // The role that the model gets may pull the one and read the other already.
      image: { bind: () => ({ imageName: image.uri(this) }) },
      modelData: { bind: () => ({ uri: artifact.url }) },
      environment: Object.keys(environment).length > 0 ? environment : undefined,
    };
    const { vpc, vpcSubnets, securityGroups, enableNetworkIsolation } = props.hosting.props;
    const model = new Model(this, 'Model', {
      role: execution.role,
      containers: [container],
      vpc,
      vpcSubnets,
      securityGroups: securityGroups && [...securityGroups],
      networkIsolation: enableNetworkIsolation,
    });
    model.node.addDependency(...execution.dependables);
    return model;
  }
}
