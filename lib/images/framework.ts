import { DEFAULT_TENSORFLOW } from '../names';
import type { DeepLearningContainer } from './deep-learning-containers';
import type { Processor } from './instance-types';

interface Release {
  readonly trainingTags: Record<Processor, string>;
  readonly inferenceTags: Record<Processor, string>;
  /** The earlier of the two images' ends of patching. */
  readonly patchedUntil: string;
}

/**
 * Matched training and inference images.
 * Source: the release table of the Deep Learning Containers ("Framework support policy").
 */
const TENSORFLOW: Readonly<Record<string, Release>> = {
  '2.19': {
    trainingTags: {
      cpu: '2.19.0-cpu-py312-ubuntu22.04-sagemaker',
      gpu: '2.19.0-gpu-py312-cu125-ubuntu22.04-sagemaker',
    },
    inferenceTags: {
      cpu: '2.19.0-cpu-py312-ubuntu22.04-sagemaker',
      gpu: '2.19.0-gpu-py312-cu122-ubuntu22.04-sagemaker',
    },
    patchedUntil: '2026-03-11',
  },
  // There is no inference image of 2.21: a SavedModel of 2.21 is served by 2.20.
  '2.21': {
    trainingTags: {
      cpu: '2.21.0-cpu-py312-amzn2023-sagemaker',
      gpu: '2.21.0-gpu-py312-cu129-amzn2023-sagemaker',
    },
    inferenceTags: {
      cpu: '2.20.0-cpu-py312-amzn2023-sagemaker',
      gpu: '2.20.0-gpu-py312-cu129-amzn2023-sagemaker',
    },
    patchedUntil: '2027-07-10',
  },
};

/** A framework's version: the image that trains and the image that serves what was trained. */
export class Framework {
  /**
   * TensorFlow in the Deep Learning Containers.
   * @param version such as '2.19'; an unknown one throws an error that lists those there are.
   */
  public static tensorflow(version = DEFAULT_TENSORFLOW): Framework {
    const release = TENSORFLOW[version];
    if (!release) {
      throw new Error(
        `framework: no TensorFlow ${version} among the images known; there are ${Object.keys(TENSORFLOW).join(', ')}`,
      );
    }
    return new Framework('tensorflow', version, release, TENSORFLOW);
  }

  private constructor(
    /** The framework's name as the images carry it. */
    public readonly name: 'tensorflow',
    /** The version as it was asked for, such as '2.19'. */
    public readonly version: string,
    private readonly release: Release,
    private readonly releases: Readonly<Record<string, Release>>,
  ) {}

  /** The image that trains. */
  public trainingImage(processor: Processor): DeepLearningContainer {
    return { repository: `${this.name}-training`, tag: this.release.trainingTags[processor] };
  }

  /** The image that serves. */
  public inferenceImage(processor: Processor): DeepLearningContainer {
    return { repository: `${this.name}-inference`, tag: this.release.inferenceTags[processor] };
  }

  /**
   * What to say of images that are no longer patched, or nothing.
   * @param today a date as YYYY-MM-DD.
   */
  public patchingWarning(today: string): string | undefined {
    if (today <= this.release.patchedUntil) {
      return undefined;
    }
    const [newest] = Object.entries(this.releases)
      .filter(([, release]) => release.patchedUntil >= today)
      .map(([version]) => version)
      .toReversed();
    const wayOut = newest
      ? `move to Framework.${this.name}('${newest}')`
      : 'no newer pair of images is known to this table';
    return `the ${this.name} ${this.version} images get no security patches since ${this.release.patchedUntil}: ${wayOut}`;
  }
}
