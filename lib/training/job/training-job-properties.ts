import type { Tag } from '@aws-sdk/client-sagemaker';
import type { MinimumMetrics } from './minimum-metrics';

/** A value as CloudFormation hands it to a custom resource: every leaf is a string. */
export type PropertyValue = string | readonly PropertyValue[] | { readonly [key: string]: PropertyValue };

/** The custom resource's properties: ours beside CreateTrainingJob's own fields, in its own names and nesting. */
export interface TrainingJobProperties {
  readonly TrainingJobNamePrefix: string;
  /** A presigned URL: never logged. */
  readonly WaitConditionHandle: string;
  readonly MinimumMetrics?: MinimumMetrics;
  readonly Rule: string;
  readonly OutputDataConfig?: { readonly S3OutputPath?: string };
  readonly Tags?: readonly Tag[];
  readonly [field: string]: unknown;
}
