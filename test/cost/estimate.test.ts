import * as fc from 'fast-check';
import { estimateTemplate } from '../../lib/cost/estimate';
import { PRICES, type Prices } from '../../lib/cost/prices';
import type { Template } from '../../lib/aws/template';
import { endpoint, estimate, of, realtime, REGION, training } from './templates';

describe('a training job', () => {
  test('costs nothing at rest, and at most its longest run', () => {
    const result = estimate(training());
    const cost = of(result, 'Custom::SageMakerTrainingJob');
    expect(cost.perHour).toBe(0);
    expect(result.perRun).toBeCloseTo(0.23 * 2);
    expect(cost.run).toMatchObject({
      perHour: 0.23,
      maxRuntimeInSeconds: 7200,
      spot: false,
      instances: ['1 × ml.m5.xlarge'],
    });
  });

  test('is told to be spot', () => {
    const cost = of(
      estimate(training({ EnableManagedSpotTraining: 'true' })),
      'Custom::SageMakerTrainingJob',
    );
    expect(cost.run!.spot).toBe(true);
    expect(cost.run!.most).toBeCloseTo(0.46);
    expect(cost.notes).toContain('spot: up to this, and usually less');
  });

  test('costs at most its budget, whose time is in a mapping by region', () => {
    const template: Template = {
      Mappings: {
        Time: {
          // 1 / 0.23 × 3600 = 15652.17 s
          'us-east-1': { MaxRuntimeInSeconds: '15652' },
        },
      },
      Resources: training({
        StoppingCondition: {
          MaxRuntimeInSeconds: { 'Fn::FindInMap': ['Time', { Ref: 'AWS::Region' }, 'MaxRuntimeInSeconds'] },
        },
      }),
    };
    const { perRun } = estimateTemplate(template, { region: REGION });
    expect(perRun).toBeCloseTo(1, 4);
    expect(perRun).toBeLessThanOrEqual(1);
    const elsewhere = estimateTemplate(template, { region: 'eu-west-1' });
    expect(elsewhere.perRun).toBeUndefined();
    expect(elsewhere.unknown.map(({ reason }) => reason)).toEqual([
      'instances: the price table has no region eu-west-1; npm run prices -- --region eu-west-1 asks AWS for it',
      'longest run: not known for eu-west-1 (MaxRuntimeInSeconds {"Fn::FindInMap":["Time",{"Ref":"AWS::Region"},"MaxRuntimeInSeconds"]})',
    ]);
  });

  test('adds up groups of instances and volumes', () => {
    const table = (entries: Record<string, number>) => ({
      date: '2026-01-01',
      source: 'test',
      prices: entries,
    });
    const prices: Prices = {
      [REGION]: {
        training: table({ 'ml.m5.xlarge': 0.23, 'ml.g5.xlarge': 1.408 }),
        volume: table({ training: 0.14 }),
      },
    };
    const ResourceConfig = {
      InstanceGroups: [
        { InstanceGroupName: 'a', InstanceType: 'ml.m5.xlarge', InstanceCount: '2' },
        { InstanceGroupName: 'b', InstanceType: 'ml.g5.xlarge', InstanceCount: '1' },
      ],
      VolumeSizeInGB: '30',
    };
    const result = estimate(training({ ResourceConfig }), prices);
    expect(result.perRun).toBeCloseTo((2 * 0.23 + 1.408 + (3 * 30 * 0.14) / 730) * 2);
    expect(result.unknown).toEqual([]);
  });

  test('of an unknown price has no most, and says which price is missing', () => {
    const ResourceConfig = { InstanceType: 'ml.p9.large', InstanceCount: 1 };
    const result = estimate(training({ ResourceConfig }));
    expect(result.perRun).toBeUndefined();
    expect(result.unknown.map(({ reason }) => reason)).toEqual([
      'instances: no training price of ml.p9.large in us-east-1; npm run prices -- --region us-east-1 asks AWS for it',
    ]);
  });
});

describe('a notebook instance', () => {
  test('costs its instance while it runs, and its volume; what has no price is named', () => {
    const Notebook = {
      Type: 'AWS::SageMaker::NotebookInstance',
      Properties: { InstanceType: 'ml.t3.medium' },
    };
    expect(estimate({ Notebook }).perHour).toBeCloseTo(0.05 + (5 * 0.14) / 730, 6);
    const instances: Prices = { [REGION]: { notebook: PRICES[REGION]!.notebook } };
    const { perHour, unknown } = estimate({ Notebook }, instances);
    expect(perHour).toBeCloseTo(0.05, 6);
    expect(unknown[0]!.reason).toContain('volume of 5 GB: no storage volume price of notebook');
  });
});

describe('what stands around it', () => {
  test('an alarm costs by the metric, a key by the month', () => {
    const stat = (Period: number) => ({ MetricStat: { Period, Metric: {} } });
    const result = estimate({
      Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: { MetricName: 'Invocations', Period: 300 } },
      Math: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: { Metrics: [stat(60), stat(60), { Expression: 'm1 + m2' }] },
      },
      Fast: { Type: 'AWS::CloudWatch::Alarm', Properties: { MetricName: 'Invocations', Period: 10 } },
      Key: { Type: 'AWS::KMS::Key' },
    });
    expect(result.perHour).toBeCloseTo((0.1 + 2 * 0.1 + 0.3 + 1) / 730, 6);
  });

  test('storage costs by what lies in it, and is unknown where it has no price', () => {
    const stored = {
      Bucket: { Type: 'AWS::S3::Bucket' },
      Log: { Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: 30 } },
    };
    const result = estimate(stored);
    expect([result.perHour, result.unknown]).toEqual([0, []]);
    expect(result.resources.flatMap(({ perUse }) => perUse)).toEqual([
      '$0.023 per GB and month in it',
      '$0.50 per GB written, $0.03 per GB and month stored',
    ]);
    const elsewhere = estimateTemplate({ Resources: stored }, { region: 'nowhere-1' });
    expect(elsewhere.unknown.map(({ logicalId }) => logicalId)).toEqual(['Bucket', 'Log']);
  });

  test('a function costs by the call', () => {
    const result = estimate({ F: { Type: 'AWS::Lambda::Function', Properties: { MemorySize: 512 } } });
    expect(result.perHour).toBe(0);
    // 0.20 / 1,000,000 + 0.0000166667 × 0.5 GB = 0.00000853335
    expect(result.resources[0]!.perUse).toEqual(['a call of 1 s at 512 MB: $0.00000853']);
  });

  test('what is free is zero; what is not in a table is unknown by its name', () => {
    const result = estimate({
      Role: { Type: 'AWS::IAM::Role' },
      Budget: { Type: 'AWS::Budgets::Budget' },
      Parameter: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String' } },
      Advanced: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Tier: 'Advanced' } },
      Nat: { Type: 'AWS::EC2::NatGateway' },
      S3Endpoint: { Type: 'AWS::EC2::VPCEndpoint' },
      ApiEndpoint: { Type: 'AWS::EC2::VPCEndpoint', Properties: { VpcEndpointType: 'Interface' } },
      Name: { Type: 'constructor' },
    });
    const byId = Object.fromEntries(result.resources.map(({ logicalId, perHour }) => [logicalId, perHour]));
    expect(byId).toEqual({
      Role: 0,
      Budget: 0,
      Parameter: 0,
      Advanced: undefined,
      Nat: undefined,
      S3Endpoint: 0,
      ApiEndpoint: undefined,
      Name: undefined,
    });
    expect(result.unknown.map(({ logicalId }) => logicalId)).toEqual([
      'Advanced',
      'Nat',
      'ApiEndpoint',
      'Name',
    ]);
    expect(result.unknown[1]!.reason).toBe('AWS::EC2::NatGateway is not in the price table');
  });
});

describe('values that are not literals', () => {
  test.each([-1, 'two', '', null, { 'Fn::Sub': '${AWS::AccountId}' }])(
    '%j is no number of instances',
    (count) => {
      expect(of(estimate(endpoint([realtime(count)])), 'AWS::SageMaker::Endpoint').perHour).toBeUndefined();
    },
  );

  const withParameters = (Parameters: Template['Parameters']): Template => ({
    Parameters,
    Resources: endpoint([realtime({ Ref: 'Count' }, { Ref: 'Type' })]),
  });

  test('take the default of a parameter', () => {
    const template = withParameters({
      Type: { Type: 'String', Default: 'ml.m5.xlarge' },
      Count: { Type: 'Number', Default: 3 },
    });
    expect(estimateTemplate(template, { region: REGION }).perHour).toBeCloseTo(3 * 0.23);
  });

  test('are unknown without a default, and when the default is the name of an SSM parameter', () => {
    for (const type of [
      { Type: 'String' },
      { Type: 'AWS::SSM::Parameter::Value<String>', Default: 'ml.m5.xlarge' },
    ]) {
      const template = withParameters({ Type: type, Count: { Type: 'Number', Default: 1 } });
      const result = estimateTemplate(template, { region: REGION });
      expect(of(result, 'AWS::SageMaker::Endpoint').perHour).toBeUndefined();
      expect(result.unknown[0]!.reason).toBe('its InstanceType {"Ref":"Type"} is known only at deploy');
    }
  });
});

test('a region without prices has none: no amount is taken from another', () => {
  const result = estimateTemplate({ Resources: endpoint([realtime(1)]) }, { region: 'eu-west-1' });
  expect(of(result, 'AWS::SageMaker::Endpoint').perHour).toBeUndefined();
  expect(result.unknown[0]!.reason).toBe(
    'instances: the price table has no region eu-west-1; npm run prices -- --region eu-west-1 asks AWS for it',
  );
});

test('a resource under a condition says so', () => {
  const result = estimate({ Role: { Type: 'AWS::IAM::Role', Condition: 'IsProduction' } });
  expect(result.resources[0]!.notes).toEqual(['only if the condition IsProduction holds']);
});

describe('for any template', () => {
  const instanceType = fc.constantFrom('ml.m5.large', 'ml.m5.xlarge', 'ml.g4dn.xlarge', 'ml.p3.2xlarge');

  test('amounts are linear in the counts', () => {
    fc.assert(
      fc.property(instanceType, fc.nat(500), fc.nat(500), (type, a, b) => {
        const perHour = (count: number) => estimate(endpoint([realtime(count, type)])).perHour;
        expect(perHour(a) + perHour(b)).toBeCloseTo(perHour(a + b), 6);
        const perRun = (count: number) =>
          estimate(training({ ResourceConfig: { InstanceType: type, InstanceCount: String(count) } }))
            .perRun!;
        expect(perRun(a) + perRun(b)).toBeCloseTo(perRun(a + b), 6);
      }),
    );
  });

  test('an unknown cost is never counted as zero', () => {
    const resource = fc.oneof(
      fc.constantFrom('AWS::IAM::Role', 'AWS::KMS::Key', 'AWS::EC2::NatGateway').map((Type) => ({ Type })),
      fc.string({ minLength: 1 }).map((name) => ({ Type: `Vendor::${name}` })),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), resource), (Resources) => {
        const result = estimate(Resources);
        const isFree = (type: string) => type === 'AWS::IAM::Role';
        const isKnown = (type: string) => isFree(type) || type === 'AWS::KMS::Key';
        for (const { type, perHour, logicalId } of result.resources) {
          expect(perHour === 0).toBe(isFree(type));
          expect(perHour === undefined).toBe(!isKnown(type));
          expect(result.unknown.some((entry) => entry.logicalId === logicalId)).toBe(!isKnown(type));
        }
        const keys = result.resources.filter(({ type }) => type === 'AWS::KMS::Key').length;
        expect(result.perHour * 730).toBeCloseTo(keys);
      }),
    );
  });

  test('anything in the place of a value gives an estimate, never NaN', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (type, count) => {
        const result = estimate({
          ...endpoint([realtime(count, type)]),
          ...training({ ResourceConfig: count }),
        });
        expect(Number.isFinite(result.perHour)).toBe(true);
        expect(result.perRun === undefined || Number.isFinite(result.perRun)).toBe(true);
      }),
    );
  });
});
