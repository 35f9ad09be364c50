import { answerForFactories } from '../aws/factories';
import type { ContainerImage } from './container-image';
import type { Processor } from './instance-types';
import type { ImageScope } from './release';

/**
 * Where the serving container takes a person's script from: an archive in S3 (as the SDK has it for scikit-learn and XGBoost),
 * the folder `code` of the model's own archive (PyTorch and Hugging Face), or nobody says it: TensorFlow's looks for `code/inference.py` itself.
 * An image of one's own takes an archive where one is declared.
 */
export type ServingScript = 'archive' | 'declared' | 'model' | 'none';

/** What trains and serves a model: a framework with a person's script, or an algorithm of SageMaker's. Problems and warnings have no prop before them: the caller knows where it was declared. */
export abstract class Estimator {
  /** The name as SageMaker's images carry it, such as 'tensorflow'. */
  public abstract readonly name: string;

  /** Where its serving container takes a script from. */
  public abstract readonly servingScript: ServingScript;

  /** Whether its container can train without a person's script. */
  public abstract readonly trainsAlone: boolean;

  /** The image that trains, or the one that serves what was trained. */
  public abstract image(scope: ImageScope, processor: Processor): ContainerImage;

  /** Why it cannot train, or serve. @param region undefined if only a deploy tells it */
  public abstract problems(scope: ImageScope, processor: Processor, region: string | undefined): string[];

  /** What to know of the images that a project uses, in one line; undefined if nothing. */
  public abstract warning(uses: readonly ImageScope[]): string | undefined;
}

answerForFactories(Estimator);
