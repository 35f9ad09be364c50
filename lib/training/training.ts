import { Size } from 'aws-cdk-lib';
import type { Estimator } from '../images/estimator';
import { Framework } from '../images/framework';
import { channelDirectories } from './channel';
import { SourceDirectory } from './source-directory';
import type { TrainingProps } from './training-props';

/** The props that have a value of their own where a person says nothing. */
type Defaulted =
  'instanceCount' | 'volumeSize' | 'hyperparameters' | 'metricDefinitions' | 'inputMode' | 'minimumMetrics';

/** A training script and the directory with all that it needs. */
export interface Script {
  readonly sourceDir: string;
  readonly entryPoint: string;
}

/** A training job as declared, its defaults filled in: what all but the declaration itself reads. */
export type Training = TrainingProps &
  Required<Pick<TrainingProps, Defaulted>> & {
    /** The framework, or the algorithm. */
    readonly estimator: Estimator;
    /** What the framework runs; none with an algorithm, or with an image of one's own that trains by its own program. */
    readonly script: Script | undefined;
    /** The script's directory, which is read once. */
    readonly source: SourceDirectory | undefined;
  };

/** Fills in what a person did not say. */
export function withDefaults(props: TrainingProps): Training {
  const estimator = props.algorithm ?? props.framework ?? Framework.tensorflow();
  const unsaid = props.sourceDir === undefined && props.entryPoint === undefined;
  const script =
    props.algorithm || (estimator.trainsAlone && unsaid)
      ? undefined
      : { sourceDir: props.sourceDir ?? '', entryPoint: props.entryPoint ?? '' };
  return {
    ...props,
    estimator,
    script,
    source:
      script && new SourceDirectory(script.sourceDir, channelDirectories(props.channels), props.dependencies),
    instanceCount: props.instanceCount ?? 1,
    // The SageMaker Python SDK's own default.
    volumeSize: props.volumeSize ?? Size.gibibytes(30),
    hyperparameters: props.hyperparameters ?? {},
    metricDefinitions: props.metricDefinitions ?? [],
    inputMode: props.inputMode ?? 'File',
    minimumMetrics: props.minimumMetrics ?? {},
  };
}
