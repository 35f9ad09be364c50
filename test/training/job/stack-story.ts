import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { trainingJobName } from '../../../lib/training/job/job-name';
import type { TrainingJobProperties } from '../../../lib/training/job/training-job-properties';
import { FakeStack, GOOD_METRICS, handleUrl, jobProperties } from './fake-stack';

const TRANSIENT = [
  { code: 'ThrottlingException', message: 'Rate exceeded' },
  { code: 'InternalFailure', status: 500 },
];
const NO_ROLE_YET = {
  code: 'ValidationException',
  message: 'Could not assume role: ensure that the role exists',
};

/** How often an event arrives, and whether its deliveries overlap. */
interface Arrival {
  readonly deliveries: number;
  readonly overlap: boolean;
}

/** One thing that happens to a stack. */
export const steps = fc.record({
  what: fc.constantFrom(
    'other request',
    'another attempt',
    'rollback',
    'end',
    'stray event',
    'deletion by hand',
    'fault',
  ),
  deliveries: fc.integer({ min: 1, max: 3 }),
  overlap: fc.boolean(),
  status: fc.constantFrom('Completed', 'Failed', 'Stopped'),
  passes: fc.boolean(),
  fault: fc.oneof(
    fc.record({
      operation: fc.constantFrom(
        'DescribeTrainingJob',
        'StopTrainingJob',
        'DeleteTrainingJob',
        'DeleteLogStream',
      ),
      error: fc.constantFrom(...TRANSIENT),
    }),
    fc.record({
      operation: fc.constant('CreateTrainingJob'),
      error: fc.constantFrom(...TRANSIENT, NO_ROLE_YET),
    }),
  ),
});
export type Step = typeof steps extends fc.Arbitrary<infer T> ? T : never;

interface Deployed {
  readonly properties: TrainingJobProperties;
  readonly jobName: string;
}

/** A stack's life: the orders in which CloudFormation and EventBridge can deliver, each event at least once. */
export class StackStory {
  private readonly stack = new FakeStack();
  /** The properties of each request, in order. */
  private readonly requests: TrainingJobProperties[] = [];
  private current!: Deployed;
  /** What the last update replaced, until CloudFormation cleans it up. */
  private former?: Deployed;

  public async tell(happenings: readonly Step[]): Promise<void> {
    const properties = this.withNewHandle('0');
    await this.ask(this.stack.create(properties), { deliveries: 2, overlap: true });
    this.current = { properties, jobName: trainingJobName(properties) };
    for (const step of happenings) {
      await this.happen(step);
      this.check();
    }
    await this.cleanUp({ deliveries: 1, overlap: false });
    await this.delete(this.current, { deliveries: 2, overlap: false });
    assert.deepEqual([...this.stack.aws.jobs.keys(), ...this.stack.aws.logStreams], []);
  }

  private async happen(step: Step): Promise<void> {
    const { aws } = this.stack;
    const { jobName, properties } = this.current;
    switch (step.what) {
      case 'other request':
      case 'another attempt': {
        await this.cleanUp(step);
        const hash = step.what === 'other request' ? String(this.requests.length) : this.hash(properties);
        const next = this.withNewHandle(hash);
        await this.ask(this.stack.update(jobName, properties, next), step);
        this.former = this.current;
        this.current = { properties: next, jobName: trainingJobName(next) };
        break;
      }
      case 'rollback':
        if (this.former) {
          await this.ask(this.stack.update(jobName, properties, this.former.properties), step);
          [this.current, this.former] = [this.former, this.current];
          await this.cleanUp(step);
        }
        break;
      case 'end':
        if (aws.jobs.get(jobName)?.status === 'InProgress') {
          const detail = aws.end(jobName, step.status, { metrics: step.passes ? GOOD_METRICS : [] });
          aws.failNext(properties.WaitConditionHandle, 403);
          await this.arrive(this.stack.ended(detail, properties), step);
          const Status = step.status === 'Completed' && step.passes ? 'SUCCESS' : 'FAILURE';
          assert.deepEqual(
            this.stack.signals(properties).map((signal) => [signal.Status, signal.UniqueId]),
            Array.from({ length: step.deliveries }, () => [Status, jobName]),
          );
        }
        break;
      case 'stray event': {
        const before = this.stack.signals(properties).length;
        const TrainingJobName = `${properties.TrainingJobNamePrefix}-00000000`;
        const stray = { TrainingJobName, TrainingJobStatus: step.status };
        await this.arrive(this.stack.ended(stray, properties), step);
        assert.equal(this.stack.signals(properties).length, before);
        break;
      }
      case 'deletion by hand':
        // Of the job that is cleaned up next: one that is asked for again would rightly be started again.
        if (this.former) {
          aws.jobs.delete(this.former.jobName);
          await this.cleanUp(step);
        }
        break;
      case 'fault':
        aws.failNext(
          step.fault.operation,
          ...Array.from({ length: step.deliveries }, () => step.fault.error),
        );
        break;
    }
  }

  private check(): void {
    const { started, accepted, jobs } = this.stack.aws;
    const names = this.requests.map(trainingJobName);
    assert.deepEqual(started, names);
    assert.ok(jobs.size <= 2);
    for (const [index, { WaitConditionHandle }] of this.requests.entries()) {
      const signals = accepted.get(WaitConditionHandle) ?? [];
      assert.ok(signals.every(({ UniqueId }) => UniqueId === names[index]));
    }
  }

  private withNewHandle(hash: string): TrainingJobProperties {
    const attempt = this.requests.length + 1;
    const properties = jobProperties(hash, { WaitConditionHandle: handleUrl(hash, attempt) });
    this.requests.push(properties);
    return properties;
  }

  private hash(properties: TrainingJobProperties): string {
    return properties.TrainingJobNamePrefix.slice('unet-'.length);
  }

  private async cleanUp(arrival: Arrival): Promise<void> {
    if (this.former) {
      await this.delete(this.former, arrival);
      this.former = undefined;
    }
  }

  private async delete({ jobName, properties }: Deployed, arrival: Arrival): Promise<void> {
    await this.ask(this.stack.delete(jobName, properties), arrival);
    assert.ok(!this.stack.aws.jobs.has(jobName));
  }

  /** Delivers an event of CloudFormation: as many equal, successful answers as deliveries. */
  private async ask(event: Record<string, any>, arrival: Arrival): Promise<void> {
    await this.arrive(event, arrival);
    const answers = this.stack.aws.accepted.get(event.ResponseURL)!;
    assert.deepEqual(
      [answers[0].Status, answers[0].RequestId],
      ['SUCCESS', event.RequestId],
      answers[0].Reason,
    );
    assert.deepEqual(
      answers,
      Array.from({ length: arrival.deliveries }, () => answers[0]),
    );
  }

  private async arrive(event: object, { deliveries, overlap }: Arrival): Promise<void> {
    const arrivals = Array.from({ length: deliveries }, () => () => this.stack.deliver(event));
    if (overlap) {
      await Promise.all(arrivals.map((deliver) => deliver()));
    } else {
      for (const deliver of arrivals) {
        await deliver();
      }
    }
  }
}
