import type { PredictionResult } from '../invoke/predict-files';
import type { GateOutcome } from './gate';

/** A metric as the regexes found it in the log, in its order. */
export interface ReportMetric {
  /** As in MetricDefinitions: "validation:loss". */
  readonly name: string;
  readonly points: readonly { readonly timestamp: string; readonly value: number }[];
}

/** What a report tells: plain data, so that any run can write one. */
export interface ReportData {
  readonly title: string;
  /** The training job. */
  readonly job: {
    /** CreateTrainingJob's request. */
    readonly request: Readonly<Record<string, unknown>>;
  };
  /** TrainingJobStatus: Completed, Failed or Stopped. */
  readonly status: string;
  readonly failureReason?: string;
  /** The last lines of a script that failed: its traceback. */
  readonly lastLines?: readonly string[];
  /** Seconds by phase, in the order they are shown. */
  readonly durations: Readonly<Record<string, number>>;
  readonly metrics: readonly ReportMetric[];
  /** FinalMetricDataList. */
  readonly finalMetrics: readonly { readonly MetricName: string; readonly Value: number }[];
  /** The gate's metrics; no value where the job never printed the metric. */
  readonly gate?: readonly GateOutcome[];
  readonly predictions: readonly PredictionResult[];
  /** Version by the name of what ran: Python, TensorFlow, this project's Node. */
  readonly versions?: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
  /** The last runs of the same directory, the newest first, this one too. */
  readonly runs?: readonly RunRecord[];
  /** What the same would cost on AWS, in a sentence. */
  readonly cost?: string;
  /** What a deploy made, and what was left of it after the destroy. */
  readonly deployed?: {
    readonly resources: readonly MadeResource[];
    readonly left: readonly string[] | undefined;
  };
  /** Which roles did what, where policies are enforced. */
  readonly permissions?: readonly PermissionUse[];
  /** What a reader should know of the predicted files. */
  readonly predictionNote?: string;
  /** What each row of the first predicted file should be answered with. */
  readonly targets?: readonly number[];
}

/** A run as it is remembered, to be compared with others. */
export interface RunRecord {
  /** When it ended, in ISO 8601. */
  readonly ended: string;
  readonly status: string;
  /** Of the script, as it reads them. */
  readonly hyperparameters: Readonly<Record<string, string>>;
  readonly seconds: number | undefined;
  readonly finalMetrics: Readonly<Record<string, number>>;
  /** A metric's values, thinned out. */
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
