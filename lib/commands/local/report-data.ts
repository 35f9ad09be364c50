import type { FinalMetric, MinimumMetrics } from '../../training/job/minimum-metrics';
import type { PredictionResult } from '../invoke/predict-files';
import type { Samples } from './samples';

/** What a report tells: plain data, so that any run can write one. */
export interface ReportData {
  readonly title: string;
  /** CreateTrainingJob's request. */
  readonly request: Readonly<Record<string, unknown>>;
  /** TrainingJobStatus: Completed, Failed or Stopped. */
  readonly status: string;
  readonly failureReason?: string;
  /** The script's last lines; where it failed, its traceback. */
  readonly lastLines?: readonly string[];
  /** Seconds by phase, in the order they are shown. */
  readonly durations: Readonly<Record<string, number>>;
  /** All values that the regexes found in the log, in its order. */
  readonly metrics: readonly FinalMetric[];
  /** The gate's; none where nothing is gated. */
  readonly minimumMetrics: MinimumMetrics;
  readonly predictions: readonly PredictionResult[];
  /** What was predicted. */
  readonly samples: Samples;
  readonly notes: readonly string[];
  /** Whether the run is one to compare others with: it trained. */
  readonly trained: boolean;
  /** What the same would cost on AWS, in a sentence. */
  readonly cost?: string;
  /** What a deploy made, and what was left of it after the destroy. */
  readonly deployed?: {
    readonly resources: readonly MadeResource[];
    readonly left: readonly string[] | undefined;
  };
  /** Which roles did what, where policies are enforced. */
  readonly permissions?: readonly PermissionUse[];
}

/** A run as it is remembered, to be compared with others. */
export interface RunRecord {
  /** When it ended, in ISO 8601. */
  readonly ended: string;
  readonly status: string;
  /** Of the script, as it reads them. */
  readonly hyperparameters: Readonly<Record<string, string>>;
  readonly seconds: number | undefined;
  /** A metric's values, thinned out; the last is its final one. */
  readonly curves: Readonly<Record<string, readonly number[]>>;
}

/** A resource that CloudFormation made. */
export interface MadeResource {
  readonly stack: string;
  readonly type: string;
  readonly name: string;
}

/** What one role did by the same statements. */
export interface PermissionUse {
  readonly role: string;
  readonly action: string;
  /** An ARN; "?" where nobody knows what the action is about. */
  readonly resource: string;
  readonly allowed: boolean;
  /** By name: those that allow it, or the one that denies it. */
  readonly statements: readonly string[];
  readonly times: number;
}
