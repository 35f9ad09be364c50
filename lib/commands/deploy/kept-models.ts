import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DeleteObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { AssemblyStack } from '../../assembly/cloud-assembly';
import { declaredProjects } from '../../assembly/declared-projects';
import { readProjectTemplate } from '../../assembly/project-template';
import { isDenied } from '../../aws/sdk-error';
import { stackName } from '../../names';
import { findKeptModel, type KeptModel } from '../../training/job/kept-model';
import { systemClock } from '../../training/job/retry';

/** What is asked, and about what. */
export interface KeptModelsProps {
  readonly cloudformation: CloudFormationClient;
  readonly s3: S3Client;
  readonly deployed: readonly AssemblyStack[];
  readonly declared: readonly AssemblyStack[];
  readonly region: string;
}

/** The models that a gate refused of the trainings that a deploy would begin, by what the names of their jobs begin with. */
export async function keptModels(props: KeptModelsProps): Promise<Map<string, KeptModel>> {
  const { deployed, declared, region } = props;
  const prefix = (name: string, stacks: readonly AssemblyStack[]) => {
    const project = declaredProjects(stacks).find((each) => each.name === name);
    return project && readProjectTemplate(project, stacks, region).trainingJob?.namePrefix;
  };
  const kept = new Map<string, KeptModel>();
  for (const { name } of declaredProjects(declared)) {
    const next = prefix(name, declared);
    const workspace = stackName(name, 'workspace');
    if (
      next === undefined ||
      next === prefix(name, deployed) ||
      !deployed.some((each) => each.name === workspace)
    ) {
      continue;
    }
    const model = await keptModel(next, workspace, props);
    if (model) {
      kept.set(next, model);
    }
  }
  return kept;
}

async function keptModel(
  namePrefix: string,
  workspace: string,
  { cloudformation, s3 }: KeptModelsProps,
): Promise<KeptModel | undefined> {
  const { Stacks: [stack] = [] } = await cloudformation.send(
    new DescribeStacksCommand({ StackName: workspace }),
  );
  const bucket = stack?.Outputs?.find(({ OutputKey }) => OutputKey === 'BucketName')?.OutputValue;
  try {
    // Once: nobody waits here for a role to become known.
    return await findKeptModel(namePrefix, bucket, { s3, clock: systemClock, until: 0 });
  } catch (error) {
    // Whoever may not look into the bucket may still deploy: the function looks by its own role.
    if (isDenied(error)) {
      return undefined;
    }
    throw error;
  }
}

/** Makes a deploy train what it would take from the bucket: the model stays there, and nobody finds it. */
export async function forgetKeptModel({ place }: KeptModel, s3: S3Client): Promise<void> {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.*)$/.exec(place)!;
  await s3.send(new DeleteObjectCommand({ Bucket, Key }));
}
