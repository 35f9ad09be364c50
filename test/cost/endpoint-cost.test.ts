import { estimateTemplate } from '../../lib/cost/estimate';
import type { Prices } from '../../lib/cost/prices';
import { endpoint, estimate, of, realtime, REGION, scalableTarget } from './templates';

describe('a real-time endpoint', () => {
  test('costs its instances, each hour of the month', () => {
    const result = estimate(endpoint([realtime(2)]));
    const cost = of(result, 'AWS::SageMaker::Endpoint');
    expect(cost.what).toBe('2 × ml.m5.xlarge, real-time');
    expect(cost.perHour).toBeCloseTo(2 * 0.23);
    expect(cost.perUse).toContain('data in and out: $0.016 per GB');
    expect(cost.unknown).toEqual(['storage of the instances: its size is not in the template']);
  });

  test('costs every variant, and the configuration by itself nothing', () => {
    const shadow = { ShadowProductionVariants: [realtime(1, 'ml.g4dn.xlarge')] };
    const result = estimate(endpoint([realtime(1, 'ml.m5.large')], shadow));
    expect(result.perHour).toBeCloseTo(0.115 + 0.7364);
    expect(of(result, 'AWS::SageMaker::EndpointConfig').perHour).toBe(0);
  });

  test('is paid for its least capacity when it scales', () => {
    const result = estimate({ ...endpoint([realtime(1)]), Target: scalableTarget(2, 5) });
    const cost = of(result, 'AWS::SageMaker::Endpoint');
    expect(cost.perHour).toBeCloseTo(2 * 0.23);
    // 5 × 0.23 = 1.15
    expect(cost.perUse).toContain('while it works: $0.23/h for each instance, at most $1.15/h');
  });

  test('scales by the target of each variant', () => {
    const second = { ...realtime(1, 'ml.m5.large'), VariantName: 'B' };
    const result = estimate({ ...endpoint([second, realtime(1)]), Target: scalableTarget(4, 4) });
    expect(result.perHour).toBeCloseTo(0.115 + 4 * 0.23);
  });

  test('counts storage whose price is known', () => {
    const prices: Prices = {
      [REGION]: {
        hosting: { date: '2026-01-01', source: 'test', prices: { 'ml.m5.xlarge': 0.23 } },
        volume: { date: '2026-01-01', source: 'test', prices: { hosting: 0.14 } },
      },
    };
    const result = estimate(endpoint([{ ...realtime(2), VolumeSizeInGB: 30 }]), prices);
    expect(result.perHour * 730).toBeCloseTo(2 * 0.23 * 730 + 2 * 30 * 0.14);
    expect(of(result, 'AWS::SageMaker::Endpoint').unknown).toEqual([]);
  });

  test('is found by the name of its configuration', () => {
    const resources = endpoint([realtime(1)], { EndpointConfigName: 'by-name' });
    resources.Endpoint = {
      Type: 'AWS::SageMaker::Endpoint',
      Properties: { EndpointConfigName: 'by-name' },
    };
    expect(estimate(resources).perHour).toBeCloseTo(0.23);
  });

  test('is unknown when its configuration is elsewhere', () => {
    const result = estimate({
      Endpoint: {
        Type: 'AWS::SageMaker::Endpoint',
        Properties: { EndpointConfigName: { 'Fn::ImportValue': 'other' } },
      },
    });
    expect(of(result, 'AWS::SageMaker::Endpoint').perHour).toBeUndefined();
    expect(result.unknown[0]!.reason).toBe(
      'its configuration {"Fn::ImportValue":"other"} is not in this template',
    );
  });
});

describe('endpoints that rest', () => {
  test('serverless: nothing at rest, and a price for a call', () => {
    const serverless = { ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 5 } };
    const template = { Resources: endpoint([serverless]) };
    const result = estimateTemplate(template, { region: REGION });
    const cost = of(result, 'AWS::SageMaker::Endpoint');
    expect(cost.perHour).toBe(0);
    // 0.00004 a second × 1 s, a million of them 40
    expect(cost.perUse[0]).toBe('a call of 1000 ms: $0.00004, a million of them $40');
    expect(result.unknown).toEqual([]);
  });

  test('serverless with provisioned concurrency is not free, and its price is not made up', () => {
    const serverless = { ServerlessConfig: { MemorySizeInMB: 2048, ProvisionedConcurrency: 2 } };
    const reasons = estimate(endpoint([serverless])).unknown.map(({ reason }) => reason);
    expect(reasons).toEqual([
      'provisioned concurrency: no provisioned concurrency price of 2048 in us-east-1; ' +
        'npm run prices -- --region us-east-1 asks AWS for it',
    ]);
    const prices: Prices = {
      [REGION]: {
        provisionedConcurrency: { date: '2026-01-01', source: 'test', prices: { '2048': 0.00001 } },
      },
    };
    // two units kept warm: 2 × 0.00001 a second × 3600
    expect(estimate(endpoint([serverless]), prices).perHour).toBeCloseTo(2 * 0.00001 * 3600);
  });

  test('asynchronous and scaled to zero: nothing at rest, and a price per hour of work', () => {
    const async = endpoint([realtime(1, 'ml.g4dn.xlarge')], { AsyncInferenceConfig: {} });
    const result = estimate({ ...async, Target: scalableTarget(0, 2) });
    const cost = of(result, 'AWS::SageMaker::Endpoint');
    expect(cost.what).toBe('0 to 2 × ml.g4dn.xlarge, asynchronous');
    expect([cost.perHour, cost.unknown]).toEqual([0, []]);
    expect(cost.notes.join()).not.toContain('nothing scales it to zero');
    // 2 × 0.7364 = 1.4728
    expect(cost.perUse).toContain('while it works: $0.736/h for each instance, at most $1.47/h');
  });

  test('asynchronous without a scalable target is paid for all the time', () => {
    const result = estimate(endpoint([realtime(1, 'ml.g4dn.xlarge')], { AsyncInferenceConfig: {} }));
    expect(result.perHour).toBeCloseTo(0.7364);
    expect(of(result, 'AWS::SageMaker::Endpoint').notes).toContain(
      'nothing scales it to zero: it costs this while nobody uses it',
    );
  });

  test('asynchronous with no price says so, although it rests', () => {
    const async = endpoint([realtime(1, 'ml.x9.large')], { AsyncInferenceConfig: {} });
    const result = estimate({ ...async, Target: scalableTarget(0, 2) });
    expect(of(result, 'AWS::SageMaker::Endpoint').perHour).toBe(0);
    expect(result.unknown[0]!.reason).toContain('no hosting price of ml.x9.large in us-east-1');
  });
});
