// SageMaker's built-in algorithms: an image each, and what each takes. Their hyperparameters are plain texts, and no source goes with them.

import type { ContainerImage } from './container-image';
import { Estimator } from './estimator';
import type { Processor } from './instance-types';
import { type ImageScope, isVersion, type Release, releases, TABLE_DATE } from './release';
import { ReleasedImage } from './released-image';

/** What an algorithm takes, as its page of the developer guide says. */
interface Takes {
  /** The image's name in the SDK's table. */
  readonly image: string;
  readonly title: string;
  /** Channels that it cannot do without, and those that it knows besides. */
  readonly channels: readonly string[];
  readonly optionalChannels?: readonly string[];
  /** Content types of its channels, without parameters. */
  readonly contentTypes: readonly string[];
  /** Whether it reads data as it streams; each reads files. */
  readonly pipe: boolean;
  readonly hyperparameters: readonly string[];
  /** The processors that it trains on. */
  readonly processors?: readonly Processor[];
  /** Whether one instance trains and no more. */
  readonly singleInstance?: true;
}

const RECORD_IO = 'application/x-recordio-protobuf';
const CSV = 'text/csv';
const RECORDS_OR_CSV = { contentTypes: [RECORD_IO, CSV], pipe: true };
const PICTURES = ['application/x-image', 'image/jpeg', 'image/png'];
const PICTURE_CHANNELS = { channels: ['train', 'validation'], pipe: true, processors: ['gpu'] as const };
const OF_PICTURES = ['num_classes', 'num_training_samples'];

/** Source: "Use Amazon SageMaker AI Built-in Algorithms", its table of common parameters, and the page of each algorithm. */
const ALGORITHMS = {
  blazingText: {
    image: 'blazingtext',
    title: 'BlazingText',
    channels: ['train'],
    optionalChannels: ['validation'],
    contentTypes: ['text/plain', 'application/jsonlines'],
    pipe: true,
    hyperparameters: ['mode'],
  },
  deepAR: {
    image: 'forecasting-deepar',
    title: 'DeepAR',
    channels: ['train'],
    optionalChannels: ['test'],
    contentTypes: ['json', 'json.gz', 'parquet', 'auto'],
    pipe: false,
    hyperparameters: ['context_length', 'epochs', 'prediction_length', 'time_freq'],
  },
  factorizationMachines: {
    image: 'factorization-machines',
    title: 'Factorization Machines',
    channels: ['train'],
    optionalChannels: ['test'],
    contentTypes: [RECORD_IO],
    pipe: true,
    hyperparameters: ['feature_dim', 'num_factors', 'predictor_type'],
  },
  imageClassification: {
    image: 'image-classification',
    title: 'Image Classification',
    ...PICTURE_CHANNELS,
    optionalChannels: ['train_lst', 'validation_lst', 'model'],
    contentTypes: ['application/x-recordio', ...PICTURES],
    hyperparameters: OF_PICTURES,
  },
  ipInsights: {
    image: 'ipinsights',
    title: 'IP Insights',
    channels: ['train'],
    optionalChannels: ['validation'],
    contentTypes: [CSV],
    pipe: false,
    hyperparameters: ['num_entity_vectors', 'vector_dim'],
  },
  kMeans: {
    image: 'kmeans',
    title: 'K-Means',
    channels: ['train'],
    optionalChannels: ['test'],
    ...RECORDS_OR_CSV,
    hyperparameters: ['feature_dim', 'k'],
  },
  knn: {
    image: 'knn',
    title: 'K-Nearest Neighbors',
    channels: ['train'],
    optionalChannels: ['test'],
    ...RECORDS_OR_CSV,
    hyperparameters: ['feature_dim', 'k', 'predictor_type', 'sample_size'],
  },
  lda: {
    image: 'lda',
    title: 'Latent Dirichlet Allocation',
    channels: ['train'],
    optionalChannels: ['test'],
    ...RECORDS_OR_CSV,
    hyperparameters: ['feature_dim', 'mini_batch_size', 'num_topics'],
    processors: ['cpu'],
    singleInstance: true,
  },
  linearLearner: {
    image: 'linear-learner',
    title: 'Linear Learner',
    channels: ['train'],
    optionalChannels: ['validation', 'test'],
    ...RECORDS_OR_CSV,
    hyperparameters: ['predictor_type'],
  },
  ntm: {
    image: 'ntm',
    title: 'Neural Topic Model',
    channels: ['train'],
    optionalChannels: ['validation', 'test', 'auxiliary'],
    ...RECORDS_OR_CSV,
    hyperparameters: ['feature_dim', 'num_topics'],
  },
  object2Vec: {
    image: 'object2vec',
    title: 'Object2Vec',
    channels: ['train'],
    optionalChannels: ['validation', 'test', 'auxiliary'],
    contentTypes: ['application/jsonlines'],
    pipe: false,
    hyperparameters: ['enc0_max_seq_len', 'enc0_vocab_size'],
    singleInstance: true,
  },
  objectDetection: {
    image: 'object-detection',
    title: 'Object Detection',
    ...PICTURE_CHANNELS,
    optionalChannels: ['train_annotation', 'validation_annotation', 'model'],
    contentTypes: ['application/x-recordio', ...PICTURES],
    hyperparameters: OF_PICTURES,
  },
  pca: {
    image: 'pca',
    title: 'Principal Component Analysis',
    channels: ['train'],
    optionalChannels: ['test'],
    ...RECORDS_OR_CSV,
    hyperparameters: ['feature_dim', 'mini_batch_size', 'num_components'],
  },
  randomCutForest: {
    image: 'randomcutforest',
    title: 'Random Cut Forest',
    channels: ['train'],
    optionalChannels: ['test'],
    ...RECORDS_OR_CSV,
    hyperparameters: ['feature_dim'],
    processors: ['cpu'],
  },
  semanticSegmentation: {
    image: 'semantic-segmentation',
    title: 'Semantic Segmentation',
    ...PICTURE_CHANNELS,
    channels: ['train', 'train_annotation', 'validation', 'validation_annotation'],
    optionalChannels: ['label_map', 'model'],
    contentTypes: PICTURES,
    hyperparameters: OF_PICTURES,
    singleInstance: true,
  },
  seq2Seq: {
    image: 'seq2seq',
    title: 'Sequence-to-Sequence',
    channels: ['train', 'validation', 'vocab'],
    contentTypes: [RECORD_IO],
    pipe: false,
    hyperparameters: [],
    processors: ['gpu'],
    singleInstance: true,
  },
  xgboost: {
    image: 'xgboost',
    title: 'XGBoost',
    channels: ['train'],
    optionalChannels: ['validation'],
    contentTypes: [CSV, 'text/libsvm', 'text/x-libsvm', 'application/x-parquet', RECORD_IO],
    pipe: true,
    hyperparameters: ['num_round'],
  },
} as const satisfies Readonly<Record<string, Takes>>;

/** What a training gives to an algorithm. */
export interface AlgorithmInput {
  readonly instanceCount: number;
  readonly hyperparameters: readonly string[];
  /** Channels by name. */
  readonly channels: Readonly<Record<string, { readonly contentType?: string; readonly inputMode: string }>>;
}

/** One of SageMaker's built-in algorithms: it trains and serves in one image. */
export class Algorithm extends Estimator {
  /** Text classification and word vectors. */
  public static blazingText(): Algorithm {
    return new Algorithm(ALGORITHMS.blazingText);
  }

  /** Forecasts of time series. */
  public static deepAR(): Algorithm {
    return new Algorithm(ALGORITHMS.deepAR);
  }

  /** Regression and classification of sparse data. */
  public static factorizationMachines(): Algorithm {
    return new Algorithm(ALGORITHMS.factorizationMachines);
  }

  /** Labels of pictures. */
  public static imageClassification(): Algorithm {
    return new Algorithm(ALGORITHMS.imageClassification);
  }

  /** Unusual use of IP addresses. */
  public static ipInsights(): Algorithm {
    return new Algorithm(ALGORITHMS.ipInsights);
  }

  /** Clusters. */
  public static kMeans(): Algorithm {
    return new Algorithm(ALGORITHMS.kMeans);
  }

  /** Regression and classification by neighbours. */
  public static knn(): Algorithm {
    return new Algorithm(ALGORITHMS.knn);
  }

  /** Topics of documents. */
  public static lda(): Algorithm {
    return new Algorithm(ALGORITHMS.lda);
  }

  /** Linear and logistic regression. */
  public static linearLearner(): Algorithm {
    return new Algorithm(ALGORITHMS.linearLearner);
  }

  /** Topics of documents, by a neural network. */
  public static ntm(): Algorithm {
    return new Algorithm(ALGORITHMS.ntm);
  }

  /** Vectors of pairs of objects. */
  public static object2Vec(): Algorithm {
    return new Algorithm(ALGORITHMS.object2Vec);
  }

  /** Boxes around what a picture shows. */
  public static objectDetection(): Algorithm {
    return new Algorithm(ALGORITHMS.objectDetection);
  }

  /** Fewer dimensions. */
  public static pca(): Algorithm {
    return new Algorithm(ALGORITHMS.pca);
  }

  /** Unusual data points. */
  public static randomCutForest(): Algorithm {
    return new Algorithm(ALGORITHMS.randomCutForest);
  }

  /** A class for each pixel. */
  public static semanticSegmentation(): Algorithm {
    return new Algorithm(ALGORITHMS.semanticSegmentation);
  }

  /** Texts into texts. */
  public static seq2Seq(): Algorithm {
    return new Algorithm(ALGORITHMS.seq2Seq);
  }

  /**
   * Boosted trees, without a script; with one, `Framework.xgboost()`.
   * @param version such as '3.2-0', or '3.2'
   */
  public static xgboost(version = '3.2-0'): Algorithm {
    return new Algorithm(ALGORITHMS.xgboost, version);
  }

  public readonly servingScript = 'none';
  public readonly trainsAlone = true;
  private readonly release: Release | undefined;

  private constructor(
    private readonly takes: Takes,
    private readonly version = '1',
  ) {
    super();
    const all = releases(takes.image, 'training');
    this.release =
      all.find((release) => release.version === version) ??
      all.findLast((release) => isVersion(release.version, version));
  }

  public get name(): string {
    return this.takes.image;
  }

  public override toString(): string {
    return this.takes.title;
  }

  public trainingImage(processor: Processor): ContainerImage {
    if (!this.release) {
      throw new Error(this.missing().join('; '));
    }
    return new ReleasedImage(this.release, processor);
  }

  public inferenceImage(processor: Processor): ContainerImage {
    return this.trainingImage(processor);
  }

  public trainingProblems(processor: Processor, region: string | undefined): string[] {
    const { title, processors = ['cpu', 'gpu'] } = this.takes;
    return processors.includes(processor)
      ? this.imageProblems(processor, region)
      : [
          `${title} does not train on ${processor.toUpperCase()} instances; choose one with ${processors.join(' or ').toUpperCase()}`,
        ];
  }

  public inferenceProblems(processor: Processor, region: string | undefined): string[] {
    return this.imageProblems(processor, region);
  }

  public warning(_uses: readonly ImageScope[]): string | undefined {
    const since = this.release?.unpatchedSince(TABLE_DATE);
    const newest = releases(this.takes.image, 'training').at(-1)?.version;
    return since === undefined
      ? undefined
      : `${this.takes.title} ${this.version} has no security patches since ${since}; move to Algorithm.${this.takes.image}('${newest}')`;
  }

  /** What the algorithm would not take of a training: each as a prop, and what is wrong with it. */
  public inputProblems({ instanceCount, hyperparameters, channels }: AlgorithmInput): string[] {
    const { title, channels: needed, optionalChannels = [], singleInstance } = this.takes;
    const known = [...needed, ...optionalChannels];
    const names = Object.keys(channels);
    return [
      ...needed
        .filter((name) => !names.includes(name))
        .map((name) => `channels: ${title} needs a channel '${name}'; it knows ${known.join(', ')}`),
      ...names
        .filter((name) => !known.includes(name))
        .map((name) => `channels: '${name}' is no channel of ${title}; it knows ${known.join(', ')}`),
      ...Object.entries(channels).flatMap(([name, channel]) => this.channelProblems(name, channel)),
      ...this.takes.hyperparameters
        .filter((name) => !hyperparameters.includes(name))
        .map(
          (name) =>
            `hyperparameters: ${title} needs '${name}'; those that it cannot do without are ${this.takes.hyperparameters.join(', ')}`,
        ),
      ...(singleInstance && instanceCount > 1
        ? [`instanceCount: ${title} trains on one instance, not on ${instanceCount}`]
        : []),
    ];
  }

  private channelProblems(
    name: string,
    { contentType, inputMode }: { readonly contentType?: string; readonly inputMode: string },
  ): string[] {
    const { title, channels, contentTypes, pipe } = this.takes;
    const problems: string[] = [];
    const type = contentType?.split(';')[0]?.trim();
    // The content types are those of the data; lists, labels and models have others.
    if (type !== undefined && /^(train|validation|test)$/.test(name) && !contentTypes.includes(type)) {
      problems.push(
        `channels.${name}.contentType: ${title} does not read '${contentType}'; it reads ${contentTypes.join(', ')}`,
      );
    }
    if (!pipe && inputMode === 'Pipe' && channels.length > 0) {
      problems.push(`channels.${name}.inputMode: ${title} reads files and no pipe; choose File`);
    }
    return problems;
  }

  private imageProblems(processor: Processor, region: string | undefined): string[] {
    return this.release ? new ReleasedImage(this.release, processor).problems(region) : this.missing();
  }

  private missing(): string[] {
    const versions = releases(this.takes.image, 'training').map(({ version }) => version);
    return [`no image of ${this.takes.title} ${this.version}; there are ${versions.toReversed().join(', ')}`];
  }
}
