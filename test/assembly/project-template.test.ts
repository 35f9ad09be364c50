import { Size } from 'aws-cdk-lib';
import { Hosting } from '../../lib/endpoint/hosting';
import { chooseProject, declaredProjects } from '../../lib/assembly/declared-projects';
import { readProjectTemplate } from '../../lib/assembly/project-template';
import type { AssemblyStack } from '../../lib/assembly/cloud-assembly';
import { SageMakerProject } from '../../lib/project/sagemaker-project';
import { ProjectDirectory } from '../project-fixture';
import { assemblyOf } from '../commands/review/assemblies';

const directory = new ProjectDirectory();
afterAll(() => directory.remove());

function read(stacks: readonly AssemblyStack[], region: string, name?: string) {
  return readProjectTemplate(chooseProject(declaredProjects(stacks), name), stacks, region);
}

describe('a training job with a budget, on spot capacity', () => {
  const stacks = assemblyOf({ training: directory.training({ budget: 1, spot: true }) });

  test('has the numbers of its region where there is a price', () => {
    const job = read(stacks, 'us-east-1').trainingJob;
    expect(job?.budget).toBe(1);
    // 0.23 an hour and 30 GB × 0.14 / 730 h: 1 / 0.235753 × 3600 = 15270.19, and as long to wait
    expect(job?.request).toMatchObject({
      EnableManagedSpotTraining: true,
      StoppingCondition: { MaxRuntimeInSeconds: 15270, MaxWaitTimeInSeconds: 30540 },
      ResourceConfig: { InstanceCount: 1 },
      HyperParameters: { epochs: '20' },
    });
    expect(job?.request).not.toHaveProperty('Budget');
  });

  test('has no limit that is known elsewhere, and is read all the same: a run on this machine costs nothing', () => {
    const job = read(stacks, 'eu-west-1').trainingJob;
    expect(job?.request).not.toHaveProperty('StoppingCondition');
    expect(job?.request.ResourceConfig?.InstanceType).toBe('ml.m5.xlarge');
  });
});

test('each project of an app has its own job, data and endpoint', () => {
  const hosting = Hosting.serverless({ memorySize: Size.gibibytes(2), maxConcurrency: 1 });
  const stacks = assemblyOf({ training: directory.training({ hyperparameters: { epochs: 1 } }) }, (app) => {
    for (const [name, epochs] of [
      ['unet-large', 2],
      ['pets-training', 3],
      ['pets-endpoint', 4],
    ] as const) {
      new SageMakerProject(app, name, {
        training: directory.training({ hyperparameters: { epochs } }),
        hosting,
      });
    }
  });
  const projects = declaredProjects(stacks).map(({ name }) => {
    const { trainingJob, endpoint } = read(stacks, 'us-east-1', name);
    return [
      name,
      trainingJob?.stackName,
      trainingJob?.request.HyperParameters?.epochs,
      trainingJob?.channelDirectories.size,
      endpoint?.stackName,
      endpoint?.endpointName,
    ];
  });
  expect(projects).toEqual([
    ['unet', 'unet-training', '1', 1, undefined, undefined],
    ['unet-large', 'unet-large-training', '2', 1, 'unet-large-endpoint', 'unet-large-serverless'],
    ['pets-training', 'pets-training-training', '3', 1, 'pets-training-endpoint', 'pets-training-serverless'],
    ['pets-endpoint', 'pets-endpoint-training', '4', 1, 'pets-endpoint-endpoint', 'pets-endpoint-serverless'],
  ]);
});
