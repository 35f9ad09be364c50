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
  /** Channels that it cannot do without: 'train', if nothing is said; and those that it knows besides. */
  readonly channels?: readonly string[];
  readonly optionalChannels?: readonly string[];
  /** Content types of its channels, without parameters: records and CSV, if nothing is said. */
  readonly contentTypes?: readonly string[];
  /** Those that it reads as they stream, where not all; each reads files. */
  readonly piped?: readonly string[];
  /** Channels whose files of pictures want lists of them in channels beside. */
  readonly listed?: readonly string[];
  /** The one way in which it takes a channel's objects among its instances. */
  readonly distribution?: Readonly<Record<string, NonNullable<AlgorithmChannel['distribution']>>>;
  readonly hyperparameters: readonly string[];
  /** What else it needs where another hyperparameter has such a value. */
  readonly dependent?: { readonly name: string; readonly value: RegExp; readonly needs: string };
  /** The processors that it trains on. */
  readonly processors?: readonly Processor[];
  /** The processors that it serves on. */
  readonly servingProcessors?: readonly Processor[];
  /** Whether one instance trains and no more; or the one mode in which several do, on CPUs. */
  readonly singleInstance?: true | string;
}

const RECORD_IO = 'application/x-recordio-protobuf';
const CSV = 'text/csv';
const LIBSVM = ['text/libsvm', 'text/x-libsvm', 'libsvm'];
const COLUMNS = [CSV, 'csv', 'application/x-parquet', 'parquet', RECORD_IO, 'recordio-protobuf'];
const PICTURES = ['application/x-image', 'image/jpeg', 'image/png'];
const OF_PICTURES = {
  channels: ['train', 'validation'],
  contentTypes: ['application/x-recordio', ...PICTURES],
  hyperparameters: ['num_classes', 'num_training_samples'],
  processors: ['gpu'] as const,
};

/** A channel as an algorithm is given it. */
interface AlgorithmChannel {
  readonly contentType?: string;
  readonly inputMode: string;
  readonly distribution?: 'FullyReplicated' | 'ShardedByS3Key';
}

/** What a training gives to an algorithm. */
export interface AlgorithmInput {
  readonly instanceCount: number;
  readonly hyperparameters: Readonly<Record<string, unknown>>;
  /** Channels by name. */
  readonly channels: Readonly<Record<string, AlgorithmChannel>>;
}

/**
 * One of SageMaker's built-in algorithms: it trains and serves in one image.
 *
 * Sources of what each takes: the SageMaker developer guide, "Parameters for Built-in Algorithms" (`common-info-all-im-models`), "Common
 * Data Formats for Training" (`cdf-training`), and each algorithm's page with that of its hyperparameters, read as
 * awsdocs/amazon-sagemaker-developer-guide had them last (June 2023), the first table as it was in 2026 too; XGBoost's content types:
 * `channel_validation.py` of its container.
 */
export class Algorithm extends Estimator {
  /** Text classification and word vectors. */
  public static blazingText(): Algorithm {
    return new Algorithm({
      image: 'blazingtext',
      title: 'BlazingText',
      optionalChannels: ['validation'],
      contentTypes: ['text/plain', 'application/jsonlines'],
      hyperparameters: ['mode'],
      singleInstance: 'batch_skipgram',
    });
  }

  /** Forecasts of time series. */
  public static deepAR(): Algorithm {
    return new Algorithm({
      image: 'forecasting-deepar',
      title: 'DeepAR',
      optionalChannels: ['test'],
      contentTypes: ['json', 'json.gz', 'parquet', 'auto', 'application/jsonlines'],
      piped: [],
      hyperparameters: ['context_length', 'epochs', 'prediction_length', 'time_freq'],
      servingProcessors: ['cpu'],
    });
  }

  /** Regression and classification of sparse data. */
  public static factorizationMachines(): Algorithm {
    return new Algorithm({
      image: 'factorization-machines',
      title: 'Factorization Machines',
      optionalChannels: ['test'],
      contentTypes: [RECORD_IO],
      hyperparameters: ['feature_dim', 'num_factors', 'predictor_type'],
    });
  }

  /** Labels of pictures. */
  public static imageClassification(): Algorithm {
    return new Algorithm({
      image: 'image-classification',
      title: 'Image Classification',
      ...OF_PICTURES,
      optionalChannels: ['train_lst', 'validation_lst', 'model'],
      listed: ['train_lst', 'validation_lst'],
    });
  }

  /** Unusual use of IP addresses. */
  public static ipInsights(): Algorithm {
    return new Algorithm({
      image: 'ipinsights',
      title: 'IP Insights',
      optionalChannels: ['validation'],
      contentTypes: [CSV],
      piped: [],
      hyperparameters: ['num_entity_vectors', 'vector_dim'],
    });
  }

  /** Clusters. */
  public static kMeans(): Algorithm {
    return new Algorithm({
      image: 'kmeans',
      title: 'K-Means',
      optionalChannels: ['test'],
      hyperparameters: ['feature_dim', 'k'],
    });
  }

  /** Regression and classification by neighbours. */
  public static knn(): Algorithm {
    return new Algorithm({
      image: 'knn',
      title: 'K-Nearest Neighbors',
      optionalChannels: ['test'],
      hyperparameters: ['feature_dim', 'k', 'predictor_type', 'sample_size'],
      dependent: { name: 'dimension_reduction_type', value: /./, needs: 'dimension_reduction_target' },
    });
  }

  /** Topics of documents. */
  public static lda(): Algorithm {
    return new Algorithm({
      image: 'lda',
      title: 'Latent Dirichlet Allocation',
      optionalChannels: ['test'],
      piped: [RECORD_IO],
      hyperparameters: ['feature_dim', 'mini_batch_size', 'num_topics'],
      processors: ['cpu'],
      singleInstance: true,
    });
  }

  /** Linear and logistic regression. */
  public static linearLearner(): Algorithm {
    return new Algorithm({
      image: 'linear-learner',
      title: 'Linear Learner',
      optionalChannels: ['validation', 'test'],
      distribution: { validation: 'FullyReplicated' },
      hyperparameters: ['predictor_type'],
      dependent: { name: 'predictor_type', value: /^multiclass_classifier$/, needs: 'num_classes' },
    });
  }

  /** Topics of documents, by a neural network. */
  public static ntm(): Algorithm {
    return new Algorithm({
      image: 'ntm',
      title: 'Neural Topic Model',
      optionalChannels: ['validation', 'test', 'auxiliary'],
      distribution: { validation: 'FullyReplicated', test: 'FullyReplicated', auxiliary: 'FullyReplicated' },
      hyperparameters: ['feature_dim', 'num_topics'],
    });
  }

  /** Vectors of pairs of objects. */
  public static object2Vec(): Algorithm {
    return new Algorithm({
      image: 'object2vec',
      title: 'Object2Vec',
      optionalChannels: ['validation', 'test', 'auxiliary'],
      contentTypes: ['application/jsonlines'],
      piped: [],
      hyperparameters: ['enc0_max_seq_len', 'enc0_vocab_size'],
      singleInstance: true,
    });
  }

  /** Boxes around what a picture shows. */
  public static objectDetection(): Algorithm {
    return new Algorithm({
      image: 'object-detection',
      title: 'Object Detection',
      ...OF_PICTURES,
      optionalChannels: ['train_annotation', 'validation_annotation', 'model'],
      listed: ['train_annotation', 'validation_annotation'],
    });
  }

  /** Fewer dimensions. */
  public static pca(): Algorithm {
    return new Algorithm({
      image: 'pca',
      title: 'Principal Component Analysis',
      optionalChannels: ['test'],
      hyperparameters: ['feature_dim', 'mini_batch_size', 'num_components'],
    });
  }

  /** Unusual data points. */
  public static randomCutForest(): Algorithm {
    return new Algorithm({
      image: 'randomcutforest',
      title: 'Random Cut Forest',
      optionalChannels: ['test'],
      distribution: { train: 'ShardedByS3Key', test: 'FullyReplicated' },
      hyperparameters: ['feature_dim'],
      processors: ['cpu'],
    });
  }

  /** A class for each pixel. */
  public static semanticSegmentation(): Algorithm {
    return new Algorithm({
      image: 'semantic-segmentation',
      title: 'Semantic Segmentation',
      ...OF_PICTURES,
      channels: ['train', 'train_annotation', 'validation', 'validation_annotation'],
      optionalChannels: ['label_map', 'model'],
      contentTypes: PICTURES,
      singleInstance: true,
    });
  }

  /** Texts into texts. */
  public static seq2Seq(): Algorithm {
    return new Algorithm({
      image: 'seq2seq',
      title: 'Sequence-to-Sequence',
      channels: ['train', 'validation', 'vocab'],
      contentTypes: [RECORD_IO],
      piped: [],
      hyperparameters: [],
      processors: ['gpu'],
      singleInstance: true,
    });
  }

  /**
   * Boosted trees, without a script; with one, `Framework.xgboost()`.
   * @param version such as '3.2-0', or '3.2'
   */
  public static xgboost(version = '3.2-0'): Algorithm {
    return new Algorithm(
      {
        image: 'xgboost',
        title: 'XGBoost',
        optionalChannels: ['validation'],
        contentTypes: [...COLUMNS, ...LIBSVM],
        piped: COLUMNS,
        hyperparameters: ['num_round'],
        dependent: { name: 'objective', value: /^multi:/, needs: 'num_class' },
      },
      version,
    );
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

  public image(_scope: ImageScope, processor: Processor): ContainerImage {
    return new ReleasedImage(this.release!, processor);
  }

  public problems(scope: ImageScope, processor: Processor, region: string | undefined): string[] {
    const { title, processors, servingProcessors } = this.takes;
    const [use, known = ['cpu', 'gpu']] =
      scope === 'training' ? ['train', processors] : ['serve', servingProcessors];
    if (!known.includes(processor)) {
      return [
        `${title} does not ${use} on ${processor.toUpperCase()} instances; choose one with ${known.join(' or ').toUpperCase()}`,
      ];
    }
    const versions = releases(this.takes.image, 'training').map(({ version }) => version);
    return this.release
      ? new ReleasedImage(this.release, processor).problems(region)
      : [`no image of ${title} ${this.version}; there are ${versions.toReversed().join(', ')}`];
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
    const { title, channels: needed = ['train'], optionalChannels = [], singleInstance } = this.takes;
    const known = [...needed, ...optionalChannels];
    const names = Object.keys(channels);
    const alone = singleInstance === true || singleInstance !== hyperparameters.mode;
    return [
      ...needed
        .filter((name) => !names.includes(name))
        .map((name) => `channels: ${title} needs a channel '${name}'; it knows ${known.join(', ')}`),
      ...names
        .filter((name) => !known.includes(name))
        .map((name) => `channels: '${name}' is no channel of ${title}; it knows ${known.join(', ')}`),
      ...Object.entries(channels).flatMap(([name, channel]) => this.channelProblems(name, channel, names)),
      ...this.hyperparameterProblems(hyperparameters),
      ...(singleInstance && alone && instanceCount > 1
        ? [
            `instanceCount: ${title} trains on one instance, not on ${instanceCount}${singleInstance === true ? '' : `, but for mode '${singleInstance}' on CPUs`}`,
          ]
        : []),
    ];
  }

  private hyperparameterProblems(given: AlgorithmInput['hyperparameters']): string[] {
    const { title, hyperparameters, dependent } = this.takes;
    const problems = hyperparameters
      .filter((name) => !(name in given))
      .map(
        (name) =>
          `hyperparameters: ${title} needs '${name}'; those that it cannot do without are ${hyperparameters.join(', ')}`,
      );
    const value = dependent && given[dependent.name];
    return typeof value === 'string' && dependent?.value.test(value) && !(dependent.needs in given)
      ? [
          ...problems,
          `hyperparameters: ${title} needs '${dependent.needs}' where ${dependent.name} is '${value}'`,
        ]
      : problems;
  }

  private channelProblems(
    name: string,
    { contentType, inputMode, distribution = 'FullyReplicated' }: AlgorithmChannel,
    names: readonly string[],
  ): string[] {
    const { title, contentTypes = [RECORD_IO, CSV], piped = contentTypes, listed = [] } = this.takes;
    const problems: string[] = [];
    const type = contentType?.split(';')[0]?.trim().toLowerCase();
    // The content types are those of the data; lists, labels and models have others.
    const typed = type !== undefined && /^(train|validation|test)$/.test(name);
    if (typed && !contentTypes.includes(type)) {
      problems.push(
        `channels.${name}.contentType: ${title} does not read '${contentType}'; it reads ${contentTypes.join(', ')}`,
      );
    } else if (inputMode === 'Pipe' && (piped.length === 0 || (typed && !piped.includes(type)))) {
      const what = piped.length === 0 ? 'files' : `files of '${contentType}'`;
      problems.push(`channels.${name}.inputMode: ${title} reads ${what} and no pipe; choose File`);
    }
    const missing = listed.filter((list) => list.startsWith(`${name}_`) && !names.includes(list));
    if (typed && inputMode !== 'Pipe' && PICTURES.includes(type)) {
      problems.push(
        ...missing.map(
          (list) =>
            `channels: ${title} needs a channel '${list}' where '${name}' has files of '${contentType}'`,
        ),
      );
    }
    const only = this.takes.distribution?.[name];
    if (only !== undefined && distribution !== only) {
      problems.push(
        `channels.${name}.distribution: ${title} takes its '${name}' as ${only} alone, not as ${distribution}`,
      );
    }
    return problems;
  }
}
