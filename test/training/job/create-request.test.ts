import {
  type CreateTrainingJobRequest,
  SageMakerClient,
  CreateTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import * as fc from 'fast-check';
import { createRequest } from '../../../lib/training/job/create-request';
import { trainingJobName } from '../../../lib/training/job/job-name';
import { BOOLEAN_PATHS, NUMBER_PATHS } from '../../../lib/training/job/request-types';
import { BotocoreOracle, createTrainingJobShape, type Shape } from './botocore-oracle';

const OURS = {
  TrainingJobNamePrefix: 'unet-1a2b3c4d5e',
  WaitConditionHandle: 'https://handle.example/one',
  Rule: 'unet-ended',
};
const shape = createTrainingJobShape();

test('knows the type of every field of CreateTrainingJob that is not a string', () => {
  const paths: Record<string, string[]> = {};
  const walk = ({ kind, members, member }: Shape, path: string): void => {
    if (kind === 'structure') {
      Object.entries(members!).forEach(([name, inner]) => walk(inner, path ? `${path}.${name}` : name));
    } else if (kind === 'list') {
      walk(member!, `${path}[]`);
    } else {
      // A map's keys are the user's own, so a typed value in one could not have a path.
      (paths[kind === 'map' ? `map of ${member!.kind}` : kind] ??= []).push(path);
    }
  };
  walk(shape, '');
  expect(Object.keys(paths).sort()).toEqual(['boolean', 'integer', 'long', 'map of string', 'string']);
  expect([...NUMBER_PATHS].sort()).toEqual([...paths.integer!, ...paths.long!].sort());
  expect([...BOOLEAN_PATHS].sort()).toEqual(paths.boolean!.sort());
});

/** Texts that look like other types, which must stay texts where the API has texts. */
const lookalike = fc.constantFrom('true', 'false', '20', '1e-3', '007', 'null', '"adam"', '[1,2]', '-1');

function arbitrary({ kind, limits, members, member, required, key }: Shape): fc.Arbitrary<unknown> {
  switch (kind) {
    case 'structure':
      return fc.record(
        Object.fromEntries(Object.entries(members!).map(([name, inner]) => [name, arbitrary(inner)])),
        { requiredKeys: required as [] },
      );
    case 'list':
      return fc.array(arbitrary(member!), {
        minLength: limits.min ?? 0,
        maxLength: Math.max(limits.min ?? 0, 2),
      });
    case 'map':
      return fc.dictionary(arbitrary(key!).map(String), arbitrary(member!), {
        maxKeys: 4,
        noNullPrototype: true,
      });
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: limits.min ?? 0, max: limits.max ?? 2 ** 31 - 1 });
    case 'long':
      return fc.maxSafeNat();
    default: {
      const minLength = limits.min ?? 0;
      return fc.oneof(
        lookalike.map((text) => text.padEnd(minLength, '0')),
        fc.string({ minLength, maxLength: Math.max(minLength, 12) }),
      );
    }
  }
}

/** What CloudFormation makes of a property's value on its way to a custom resource. */
function asCloudFormation(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(asCloudFormation);
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, asCloudFormation(inner)]))
    : String(value);
}

describe('the request that is sent', () => {
  let oracle: BotocoreOracle;
  let sent: unknown;
  const client = new SageMakerClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
    requestHandler: {
      handle: async (request: { body: Uint8Array }) => {
        sent = JSON.parse(new TextDecoder().decode(request.body));
        return { response: { statusCode: 200, headers: {}, body: Buffer.from('{"TrainingJobArn":"arn"}') } };
      },
    } as never,
  });

  beforeAll(() => {
    oracle = new BotocoreOracle();
  });
  afterAll(() => oracle.stop());

  test('has the types that were declared, and passes botocore, for any configuration', async () => {
    const { TrainingJobName: _name, ...fields } = shape.members!;
    const configurations = arbitrary({
      ...shape,
      members: fields,
      required: ['RoleArn', 'OutputDataConfig'],
    });
    await fc.assert(
      fc.asyncProperty(configurations, async (configuration) => {
        const declared = configuration as CreateTrainingJobRequest;
        const properties = { ServiceToken: 'arn:token', ...(asCloudFormation(declared) as object), ...OURS };
        await client.send(new CreateTrainingJobCommand(createRequest(properties)));
        const jobName = trainingJobName(OURS);
        expect(sent).toEqual({
          ...declared,
          TrainingJobName: jobName,
          HyperParameters: { ...declared.HyperParameters, sagemaker_job_name: `"${jobName}"` },
        });
        expect(await oracle.problems(sent)).toBe('');
      }),
      { numRuns: 400 },
    );
  }, 120_000);

  test('of a spot job has its flag and its wait as the API has them, whether the times are numbers or from a mapping', async () => {
    const declared = {
      RoleArn: 'arn:aws:iam::123456789012:role/job',
      OutputDataConfig: { S3OutputPath: 's3://bucket/jobs' },
      ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 1, VolumeSizeInGB: 30 },
      EnableManagedSpotTraining: true,
      StoppingCondition: { MaxRuntimeInSeconds: 15652, MaxWaitTimeInSeconds: 31304 },
      CheckpointConfig: { S3Uri: 's3://bucket/checkpoints/unet', LocalPath: '/opt/ml/checkpoints' },
    };
    const properties = { ...(asCloudFormation(declared) as object), Budget: '1', ...OURS };
    await client.send(new CreateTrainingJobCommand(createRequest(properties)));
    expect(sent).toMatchObject(declared);
    expect(sent).not.toHaveProperty('Budget');
    expect(await oracle.problems(sent)).toBe('');
  });

  test('is one that botocore would refuse without the types', async () => {
    expect(
      await oracle.problems(asCloudFormation({ StoppingCondition: { MaxRuntimeInSeconds: 60 } })),
    ).toContain('StoppingCondition.MaxRuntimeInSeconds');
  });
});

test("leaves out what is ours and CloudFormation's", () => {
  const request = createRequest({
    ServiceToken: 'arn',
    ServiceTimeout: '3600',
    MinimumMetrics: { accuracy: '0.7' },
    DatasetVersions: { training: 'v1' },
    ...OURS,
    RoleArn: 'arn:role',
  });
  expect(Object.keys(request).sort()).toEqual(['HyperParameters', 'RoleArn', 'TrainingJobName']);
});

test('keeps hyperparameters and environment as strings, whatever they look like', () => {
  const request = createRequest({
    ...OURS,
    HyperParameters: { epochs: '20', augment: 'true', optimizer: '"adam"' },
    Environment: { VolumeSizeInGB: '30', DEBUG: 'false' },
  });
  expect(request.HyperParameters).toMatchObject({ epochs: '20', augment: 'true', optimizer: '"adam"' });
  expect(request.Environment).toEqual({ VolumeSizeInGB: '30', DEBUG: 'false' });
});

test('fails with every value of the wrong type', () => {
  expect(() =>
    createRequest({
      ...OURS,
      EnableManagedSpotTraining: 'yes',
      ResourceConfig: { VolumeSizeInGB: '30 GB', InstanceCount: '1.5' },
      InputDataConfig: [{ ShuffleConfig: { Seed: '9007199254740993' } }],
    }),
  ).toThrow(
    "the training job's properties do not have CreateTrainingJob's types: " +
      'EnableManagedSpotTraining must be true or false, not "yes"; ' +
      'ResourceConfig.VolumeSizeInGB must be a whole number of at most 9007199254740991, not "30 GB"; ' +
      'ResourceConfig.InstanceCount must be a whole number of at most 9007199254740991, not "1.5"; ' +
      'InputDataConfig[].ShuffleConfig.Seed must be a whole number of at most 9007199254740991, not "9007199254740993"',
  );
});

test.each(['TrainingJobNamePrefix', 'WaitConditionHandle'])('fails without %s', (key) => {
  expect(() => createRequest({ ...OURS, [key]: '' })).toThrow(`the training job has no ${key}`);
});
