import { readProjectTemplate } from '../../lib/assembly/project-template';
import { ProjectDirectory } from '../project-fixture';
import { assemblyOf } from '../commands/review/assemblies';

const directory = new ProjectDirectory();
afterAll(() => directory.remove());

describe('a training job with a budget, on spot capacity', () => {
  const stacks = assemblyOf({ training: directory.training({ budget: 1, spot: true }) });

  test('has the numbers of its region where there is a price', () => {
    const job = readProjectTemplate(stacks, 'us-east-1')?.trainingJob;
    expect(job?.budget).toBe(1);
    // 0.23 an hour: 1 / 0.23 × 3600 = 15652.17, and as long to wait
    expect(job?.request).toMatchObject({
      EnableManagedSpotTraining: true,
      StoppingCondition: { MaxRuntimeInSeconds: 15652, MaxWaitTimeInSeconds: 31304 },
      ResourceConfig: { InstanceCount: 1 },
      HyperParameters: { epochs: '20' },
    });
    expect(job?.request).not.toHaveProperty('Budget');
  });

  test('has no limit that is known elsewhere, and is read all the same: a run on this machine costs nothing', () => {
    const job = readProjectTemplate(stacks, 'eu-west-1')?.trainingJob;
    expect(job?.request).not.toHaveProperty('StoppingCondition');
    expect(job?.request.ResourceConfig?.InstanceType).toBe('ml.m5.xlarge');
  });
});
