// Which images train and serve: the versions of a framework, the registries of the Deep Learning Containers by region, and what
// the instance types are that they run on.

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
    return new Framework('tensorflow', version, release);
  }

  private constructor(
    /** The framework's name as the images carry it. */
    public readonly name: 'tensorflow',
    /** The version as it was asked for, such as '2.19'. */
    public readonly version: string,
    private readonly release: Release,
  ) {}

  /** The image that trains. */
  public trainingImage(processor: Processor): DeepLearningContainer {
    return { repository: `${this.name}-training`, tag: this.release.trainingTags[processor] };
  }

  /** The image that serves. */
  public inferenceImage(processor: Processor): DeepLearningContainer {
    return { repository: `${this.name}-inference`, tag: this.release.inferenceTags[processor] };
  }
}

/** Images of this table that a text names and that get no security patches any more. */
export interface UnpatchedImages {
  /** Such as `tensorflow-training:2.19.0-cpu-py312-ubuntu22.04-sagemaker`. */
  readonly images: readonly string[];
  readonly patchedUntil: string;
  /** What gets patches instead; undefined where this table knows of none. */
  readonly successor: string | undefined;
}

/**
 * The images in a text, such as a template, whose patching is over.
 * @param today a date as YYYY-MM-DD; synthesis knows none, so whoever asks tells it.
 */
export function unpatchedImages(written: string, today: string): UnpatchedImages[] {
  const newest = Object.entries(TENSORFLOW)
    .filter(([, { patchedUntil }]) => patchedUntil >= today)
    .at(-1);
  return Object.values(TENSORFLOW).flatMap(({ trainingTags, inferenceTags, patchedUntil }) => {
    const images = [
      ...Object.values(trainingTags).map((tag) => `tensorflow-training:${tag}`),
      ...Object.values(inferenceTags).map((tag) => `tensorflow-inference:${tag}`),
    ].filter((image) => written.includes(`/${image}`));
    return images.length === 0 || today <= patchedUntil
      ? []
      : [{ images, patchedUntil, successor: newest && `Framework.tensorflow('${newest[0]}')` }];
  });
}
