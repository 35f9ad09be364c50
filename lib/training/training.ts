import { Size } from 'aws-cdk-lib';
import { Framework } from '../images/framework';
import type { TrainingProps } from './training-props';

/** The props that have a value of their own where a person says nothing. */
type Defaulted =
  | 'framework'
  | 'instanceCount'
  | 'volumeSize'
  | 'hyperparameters'
  | 'metricDefinitions'
  | 'inputMode'
  | 'minimumMetrics';

/** A training job as declared, its defaults filled in: what all but the declaration itself reads. */
export type Training = TrainingProps & Required<Pick<TrainingProps, Defaulted>>;

/** Fills in what a person did not say. */
export function withDefaults(props: TrainingProps): Training {
  return {
    ...props,
    framework: props.framework ?? Framework.tensorflow(),
    instanceCount: props.instanceCount ?? 1,
    // The SageMaker Python SDK's own default.
    volumeSize: props.volumeSize ?? Size.gibibytes(30),
    hyperparameters: props.hyperparameters ?? {},
    metricDefinitions: props.metricDefinitions ?? [],
    inputMode: props.inputMode ?? 'File',
    minimumMetrics: props.minimumMetrics ?? {},
  };
}
