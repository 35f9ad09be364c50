import { basename } from 'node:path';
import type { CreateTrainingJobRequest } from '@aws-sdk/client-sagemaker';
import { withRequestTypes } from '../training/job/request-types';
import type { PropertyValue } from '../training/job/training-job-properties';
import { TrainingJobProperty } from '../training/training-job-contract';
import type { TemplateResource } from '../aws/template';
import type { TemplateResolver } from '../aws/template-resolver';
import type { AssemblyStack } from './cloud-assembly';
import type { DeclaredProject } from './declared-projects';
import { TRAINING_JOB_RESOURCE_TYPE } from '../names';
import { stackResolver } from './stack-resolver';

/** A training job as a template declares it. */
export interface DeclaredTrainingJob {
  readonly stackName: string;
  /** What the job's names begin with. */
  readonly namePrefix: string;
  /**
   * What CreateTrainingJob would get, but for the job's name. In a region where the job's budget has no price, no StoppingCondition is known:
   * a deploy there would be refused, a run on this machine costs nothing.
   */
  readonly request: Omit<CreateTrainingJobRequest, 'TrainingJobName'>;
  /** The gate: least value by metric. */
  readonly minimumMetrics: Readonly<Record<string, number>>;
  /** The most that a run may cost, in USD; undefined without one. */
  readonly budget: number | undefined;
  /** The versions that channels give to contents that lie in S3. */
  readonly datasetVersions: Readonly<Record<string, string>>;
  /** The archive with the script; undefined where it is not on this machine, as of a stack that is deployed. */
  readonly sourceArchive: string | undefined;
  /** The directory of each channel whose data a deploy uploads, where it is on this machine. */
  readonly channelDirectories: ReadonlyMap<string, string>;
}

/** An endpoint as a template declares it. */
export interface DeclaredEndpoint {
  readonly stackName: string;
  readonly endpointName: string;
  /** Whether it is serverless, which has a lower payload limit. */
  readonly serverless: boolean;
  /** Whether it is asynchronous: its requests lie in S3. */
  readonly asynchronous: boolean;
  /** The serving container's image. */
  readonly image: string;
  /** The serving container's environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** The archive with the script that serves, where the container takes one and it is on this machine. */
  readonly sourceArchive: string | undefined;
}

/** What a project's templates declare. */
export interface ProjectTemplate {
  /** The project's name. */
  readonly name: string;
  readonly trainingJob: DeclaredTrainingJob | undefined;
  readonly endpoint: DeclaredEndpoint | undefined;
}

/**
 * Reads what a project declares.
 * @param stacks all of the app: a value of one may come from another
 */
export function readProjectTemplate(
  project: DeclaredProject,
  stacks: readonly AssemblyStack[],
  region: string,
): ProjectTemplate {
  const resolverOf = (stack: AssemblyStack) => stackResolver(stack, stacks, region);
  return {
    name: project.name,
    trainingJob: readTrainingJob(project, resolverOf),
    endpoint: readEndpoint(project, resolverOf),
  };
}

type ResolverOf = (stack: AssemblyStack) => TemplateResolver;

function readTrainingJob(project: DeclaredProject, resolverOf: ResolverOf): DeclaredTrainingJob | undefined {
  const [found] = resourcesOf(project.stacks, TRAINING_JOB_RESOURCE_TYPE);
  if (!found) {
    return undefined;
  }
  const {
    ServiceToken: _serviceToken,
    StoppingCondition: stoppingCondition,
    ...others
  } = found.resource.Properties ?? {};
  const resolver = resolverOf(found.stack);
  const properties: Record<string, unknown> = {
    ...(resolver.resolve(others) as object),
    StoppingCondition: resolver.resolveIfKnown(stoppingCondition),
  };
  const own: readonly string[] = Object.values(TrainingJobProperty);
  const fields = Object.fromEntries(
    Object.entries(properties).filter(([key, value]) => !own.includes(key) && value !== undefined),
  );
  // A mapping's numbers are text.
  const request = withRequestTypes(fields as PropertyValue) as DeclaredTrainingJob['request'];
  const submitDirectory = JSON.parse(request.HyperParameters?.sagemaker_submit_directory ?? '""') as string;
  return {
    stackName: found.stack.name,
    namePrefix: String(properties[TrainingJobProperty.NAME_PREFIX]),
    request,
    minimumMetrics: (properties[TrainingJobProperty.MINIMUM_METRICS] ?? {}) as Record<string, number>,
    budget: properties[TrainingJobProperty.BUDGET] as number | undefined,
    datasetVersions: (properties[TrainingJobProperty.DATASET_VERSIONS] ?? {}) as Record<string, string>,
    sourceArchive: found.stack.assets.get(basename(submitDirectory)),
    channelDirectories: readChannelDirectories(project, resolverOf, request),
  };
}

function readChannelDirectories(
  project: DeclaredProject,
  resolverOf: ResolverOf,
  request: DeclaredTrainingJob['request'],
): Map<string, string> {
  const uploads = new Map<string, string>();
  for (const { stack, resource } of resourcesOf(project.stacks, 'Custom::CDKBucketDeployment')) {
    const properties = resolverOf(stack).resolve(resource.Properties ?? {}) as {
      DestinationBucketName: string;
      DestinationBucketKeyPrefix: string;
      SourceObjectKeys: string[];
    };
    const directory = stack.assets.get(properties.SourceObjectKeys[0] ?? '');
    if (directory !== undefined) {
      uploads.set(
        `s3://${properties.DestinationBucketName}/${properties.DestinationBucketKeyPrefix}/`,
        directory,
      );
    }
  }
  return new Map(
    (request.InputDataConfig ?? []).flatMap((channel) => {
      const directory = uploads.get(channel.DataSource?.S3DataSource?.S3Uri ?? '');
      return channel.ChannelName !== undefined && directory !== undefined
        ? [[channel.ChannelName, directory]]
        : [];
    }),
  );
}

function readEndpoint(project: DeclaredProject, resolverOf: ResolverOf): DeclaredEndpoint | undefined {
  const [found] = resourcesOf(project.stacks, 'AWS::SageMaker::Endpoint');
  if (!found) {
    return undefined;
  }
  const properties = <T>(type: string) =>
    resolverOf(found.stack).resolve(resourcesOf([found.stack], type)[0]?.resource.Properties ?? {}) as T;
  const { EndpointName: endpointName } = properties<{ EndpointName: string }>('AWS::SageMaker::Endpoint');
  const { PrimaryContainer: container } = properties<{
    PrimaryContainer: { Image: string; Environment?: Record<string, string> };
  }>('AWS::SageMaker::Model');
  const { ProductionVariants: variants, AsyncInferenceConfig: asyncInference } = properties<{
    ProductionVariants: { ServerlessConfig?: unknown }[];
    AsyncInferenceConfig?: unknown;
  }>('AWS::SageMaker::EndpointConfig');
  return {
    stackName: found.stack.name,
    endpointName,
    serverless: variants.some((variant) => variant.ServerlessConfig !== undefined),
    asynchronous: asyncInference !== undefined,
    image: container.Image,
    environment: container.Environment ?? {},
    sourceArchive: found.stack.assets.get(basename(container.Environment?.SAGEMAKER_SUBMIT_DIRECTORY ?? '')),
  };
}

function resourcesOf(
  stacks: readonly AssemblyStack[],
  type: string,
): { stack: AssemblyStack; resource: TemplateResource }[] {
  return stacks.flatMap((stack) =>
    Object.values(stack.template.Resources ?? {})
      .filter((resource) => resource.Type === type)
      .map((resource) => ({ stack, resource })),
  );
}
