import type { CreateTrainingJobRequest, MetricData, TrainingJobStatus } from '@aws-sdk/client-sagemaker';

/** A training job to run here: what train.process.ts reads from its standard input. */
export interface TrainingJobDocument {
  /** In the API's shape; hyperparameters are strings. */
  readonly request: CreateTrainingJobRequest;
  /** The source: a sourcedir.tar.gz or a directory. Null where it comes through a channel, with network isolation. */
  readonly sourceArchive: string | null;
  /** A directory or file for each of the request's channels. */
  readonly channels: Readonly<Record<string, string>>;
  /** Gets `opt/ml/…`, model.tar.gz, output.tar.gz, metrics.json and training.log. */
  readonly outputDirectory: string;
  /** The Python that runs the script. */
  readonly python: string;
  /** A directory with what the request's checkpoint directory holds at first. Null: nothing. */
  readonly checkpoints: string | null;
  /** Such as `us-east-1`. */
  readonly region: string;
  /** The variables by which the script reaches AWS, as its job's role does. Null: it has no credentials. */
  readonly aws: Readonly<Record<string, string>> | null;
}

/** A metric's value. `Timestamp` is in ISO 8601. */
export type MetricValue = Required<Pick<MetricData, 'MetricName' | 'Value'>> & { readonly Timestamp: string };

/** What metrics.json holds. */
export interface MetricsFile {
  /** All values, in the order of the log. */
  readonly metrics: readonly MetricValue[];
  /** The last value of each metric, as DescribeTrainingJob's FinalMetricDataList. */
  readonly finalMetrics: readonly MetricValue[];
}

/** How a training job ended. */
export interface TrainingResult {
  readonly type: 'result';
  readonly trainingJobStatus: Extract<TrainingJobStatus, 'Completed' | 'Failed' | 'Stopped'>;
  /** `Completed`, `Failed`, `Stopped` or `MaxRuntimeExceeded`. */
  readonly secondaryStatus: string;
  /** At most 1024 characters; only of a job that failed. */
  readonly failureReason?: string;
  /** The script's: negative for the signal that ended it, null where it was not started. */
  readonly exitCode: number | null;
  readonly finalMetrics: readonly MetricValue[];
  /** Path of model.tar.gz; null where the job failed or wrote no model. */
  readonly modelArtifact: string | null;
}

/** What a training job tells while it runs: one line of JSON each on the standard output of train.process.ts. */
export type TrainingEvent =
  | { readonly type: 'status'; readonly secondaryStatus: string; readonly message: string }
  | { readonly type: 'log'; readonly line: string }
  | { readonly type: 'metric'; readonly name: string; readonly value: number; readonly timestamp: string }
  | TrainingResult;
