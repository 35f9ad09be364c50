import { DeleteObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { AssemblyStack } from '../../assembly/cloud-assembly';
import { declaredProjects } from '../../assembly/declared-projects';
import { readProjectTemplate } from '../../assembly/project-template';
import { isDenied } from '../../aws/sdk-error';
import { stackName } from '../../names';
import { unless } from '../../training/job/api-errors';
import { findKeptModel, type KeptModel } from '../../training/job/kept-model';
import type { DeployedStack } from './deployed-stacks';

/** The models that a gate refused of the trainings that a deploy would begin, by what the names of their jobs begin with. */
export async function keptModels(
  s3: S3Client,
  deployed: readonly DeployedStack[],
  declared: readonly AssemblyStack[],
  region: string,
): Promise<Map<string, KeptModel>> {
  const prefix = (name: string, stacks: readonly AssemblyStack[]) => {
    const project = declaredProjects(stacks).find((each) => each.name === name);
    return project && readProjectTemplate(project, stacks, region).trainingJob?.namePrefix;
  };
  const kept = new Map<string, KeptModel>();
  for (const { name } of declaredProjects(declared)) {
    const next = prefix(name, declared);
    const workspace = deployed.find((each) => each.name === stackName(name, 'workspace'));
    if (next !== undefined && next !== prefix(name, deployed) && workspace) {
      // Whoever may not look into the bucket may still deploy: the function looks by its own role.
      const model = await unless(isDenied, findKeptModel(next, workspace.bucketName, s3));
      if (model) {
        kept.set(next, model);
      }
    }
  }
  return kept;
}

/** Makes a deploy train what it would take from the bucket: the model stays there, and nobody finds it. */
export async function forgetKeptModel({ place }: KeptModel, s3: S3Client): Promise<void> {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.*)$/.exec(place)!;
  await s3.send(new DeleteObjectCommand({ Bucket, Key }));
}
