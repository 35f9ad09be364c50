import assert from 'node:assert/strict';
import { trainingJobName } from '../../../lib/training/job/job-name';
import type { TrainingJobProperties } from '../../../lib/training/job/training-job-properties';
import { trainingJobHandler } from '../../../lib/training/training-job.lambda';
import { FakeAws } from './fake-aws';

const LAMBDA_TIMEOUT = 900_000;
const STACK_ID = 'arn:aws:cloudformation:eu-west-1:111122223333:stack/unet-training/0f0f';

/** The presigned URL of a stack's handle: the path may come back with the logical id, the signature does not. */
export function handleUrl(hash: string, attempt = 1): string {
  return `https://cfn.s3.eu-west-1.amazonaws.com/${encodeURIComponent(STACK_ID)}/Handle${hash}?Signature=secret${attempt}`;
}

/** The properties that the construct passes, as CloudFormation hands them over. */
export function jobProperties(hash = '1a2b3c4d5e', more: object = {}): TrainingJobProperties {
  return {
    TrainingJobNamePrefix: `unet-${hash}`,
    WaitConditionHandle: handleUrl(hash),
    MinimumMetrics: { 'validation:accuracy': '0.75' },
    Rule: 'unet-ended',
    RoleArn: 'arn:aws:iam::111122223333:role/job',
    OutputDataConfig: { S3OutputPath: 's3://bucket/jobs' },
    StoppingCondition: { MaxRuntimeInSeconds: '7200' },
    HyperParameters: { epochs: '20' },
    Tags: [{ Key: 'project', Value: 'unet' }],
    ...more,
  };
}

/** Final metrics that pass the gate of jobProperties. */
export const GOOD_METRICS = [{ MetricName: 'validation:accuracy', Value: 0.8100000023841858 }];

/** CloudFormation and EventBridge on one side, the function in the middle, AWS in memory on the other. */
export class FakeStack {
  public readonly aws = new FakeAws();
  private readonly handler = trainingJobHandler(this.aws.services);
  private requests = 0;

  public create(properties: object = jobProperties()): Record<string, any> {
    return this.event('Create', { ResourceProperties: properties });
  }

  public update(physicalId: string, from: object, to: object): Record<string, any> {
    return this.event('Update', {
      PhysicalResourceId: physicalId,
      OldResourceProperties: from,
      ResourceProperties: to,
    });
  }

  public delete(physicalId: string, properties: object = jobProperties()): Record<string, any> {
    return this.event('Delete', { PhysicalResourceId: physicalId, ResourceProperties: properties });
  }

  /** What the rule's input transformer makes of a job's end. */
  public ended(detail: object, properties: TrainingJobProperties = jobProperties()): Record<string, any> {
    const { WaitConditionHandle, TrainingJobNamePrefix, MinimumMetrics, Rule } = properties;
    return { WaitConditionHandle, TrainingJobNamePrefix, MinimumMetrics, Rule, detail };
  }

  /** Runs the function as Lambda would; fails when it takes longer than Lambda lets it. */
  public async deliver(event: object): Promise<void> {
    const { clock } = this.aws;
    const end = clock.now() + LAMBDA_TIMEOUT;
    await this.handler(event as never, { getRemainingTimeInMillis: () => end - clock.now() }).finally(() => {
      if (clock.now() > end) {
        throw new Error('the function ran out of its time');
      }
    });
  }

  /** Delivers an event of CloudFormation and returns the one answer to it. */
  public async answer(event: Record<string, any>): Promise<any> {
    const before = this.aws.accepted.get(event.ResponseURL)?.length ?? 0;
    await this.deliver(event);
    const answers = this.aws.accepted.get(event.ResponseURL) ?? [];
    assert.equal(answers.length, before + 1, 'exactly one answer to one delivery');
    return answers.at(-1);
  }

  /** Starts a job and returns its name. */
  public async start(properties: TrainingJobProperties = jobProperties()): Promise<string> {
    const { Status, Reason } = await this.answer(this.create(properties));
    assert.equal(Status, 'SUCCESS', Reason);
    return trainingJobName(properties);
  }

  /** What the stack's handle has accepted. */
  public signals(properties: TrainingJobProperties = jobProperties()): any[] {
    return this.aws.accepted.get(properties.WaitConditionHandle) ?? [];
  }

  private event(RequestType: string, rest: Record<string, any>): Record<string, any> {
    if (RequestType !== 'Delete') {
      // The rule is changed before the resource.
      this.aws.ruleInput = JSON.stringify(rest.ResourceProperties);
    }
    const RequestId = `request-${++this.requests}`;
    return {
      RequestType,
      RequestId,
      StackId: STACK_ID,
      LogicalResourceId: 'TrainingJob',
      ResponseURL: `https://cfn.example/${RequestId}?Signature=secret`,
      ...rest,
    };
  }
}
