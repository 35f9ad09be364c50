import type { Terminal } from '../../console/terminal';
import type { FinalMetric } from '../../training/job/minimum-metrics';
import { TrainingProgress } from '../local/training-progress';
import type { MadeResource } from '../local/report-data';
import type { EmulatorEvent } from './emulator-event';

/** Shows what happens in the in-memory AWS while it happens, and remembers what a person asks for afterwards. */
export class RehearsalProgress {
  /** What failed, a line each, in its order; consequences such as a cancelled creation left out. */
  public readonly failures: string[] = [];
  /** Training jobs by name, with their last SecondaryStatus. */
  public readonly jobs = new Map<string, string>();
  /** The metrics of all jobs, in the order of their logs. */
  public readonly metrics: FinalMetric[] = [];
  /** What policies did not allow: principal, action, resource and the nearest statement, each once. */
  public readonly denials = new Set<string>();
  /** The resources that were made, in their order; the stacks themselves are none. */
  public readonly made: MadeResource[] = [];
  private jobProgress: TrainingProgress | undefined;
  private readonly training = new Set<string>();

  public constructor(private readonly terminal: Terminal) {}

  /** The last lines of the job that ran last. */
  public get lastLogLines(): readonly string[] {
    return this.jobProgress?.lastLines ?? [];
  }

  /** Takes an event. */
  public show(event: EmulatorEvent): void {
    if (event.type === 'stack-event') {
      this.stackEvent(event);
    } else if (event.type === 'training') {
      this.trainingEvent(event);
    } else if (event.type === 'denied' && !this.denials.has(event.reason)) {
      this.denials.add(event.reason);
      this.terminal.info(event.reason);
    }
  }

  private stackEvent(event: Extract<EmulatorEvent, { type: 'stack-event' }>): void {
    const { stack, logicalId, physicalId, status, reason, resourceType } = event;
    if (status.endsWith('_FAILED') && reason && !/cancelled/i.test(reason) && logicalId !== stack) {
      this.failures.push(`  ${stack} ${logicalId}: ${reason}`);
    }
    if (logicalId === stack) {
      this.terminal.progress(`${stack} ${status}`);
      return;
    }
    if (status === 'CREATE_COMPLETE') {
      this.made.push({ stack, type: resourceType, name: physicalId ?? logicalId });
    }
    // A training job's own line says more than the stack that waits for it.
    if (this.training.size === 0) {
      this.terminal.progress(`${stack} · ${resourceType} ${logicalId} ${status}`);
    }
  }

  private trainingEvent(event: Extract<EmulatorEvent, { type: 'training' }>): void {
    const { job, secondaryStatus } = event;
    if (!this.jobs.has(job)) {
      this.jobProgress = new TrainingProgress(this.terminal);
      this.training.add(job);
    }
    this.jobs.set(job, secondaryStatus);
    if (event.metric !== undefined && event.value !== undefined) {
      const { metric: name, value } = event;
      this.metrics.push({ MetricName: name, Value: value });
      this.jobProgress?.show({ type: 'metric', name, value, timestamp: new Date().toISOString() });
    } else if (event.logLine !== undefined) {
      this.jobProgress?.show({ type: 'log', line: event.logLine });
    } else {
      this.jobProgress?.show({ type: 'status', secondaryStatus, message: '' });
    }
    if (['Completed', 'Failed', 'Stopped'].includes(event.status ?? '')) {
      this.training.delete(job);
    }
  }
}
