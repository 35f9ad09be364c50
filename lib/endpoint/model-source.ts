import { Fn } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { type CheckedProps, checkProps } from '../aws/declared-props';
import { DirectoryAsset } from '../aws/directory-asset';
import { readContents } from '../aws/directory-contents';
import { FileSelection, tellSecrets } from '../aws/file-selection';
import { s3Arn } from '../aws/sagemaker-permissions';
import { answerForFactories } from '../aws/factories';
import { s3UriProblems } from '../training/s3-uri';
import type { Algorithm } from '../images/algorithm';
import type { Estimator } from '../images/estimator';
import { Framework } from '../images/framework';
import { modelDataUrlParameterName } from '../names';

/** A model that was trained elsewhere. */
export interface ModelSourceOptions {
  /**
   * What serves it.
   * @default Framework.tensorflow()
   */
  readonly framework?: Framework;
  /**
   * The algorithm of SageMaker's own that made it, in place of a framework.
   * @default - a framework serves it
   */
  readonly algorithm?: Algorithm;
}

/** A model artifact in a stack. */
export interface ModelArtifact {
  /** The S3 URL of its model.tar.gz. */
  readonly url: string;
  /** The ARN of that object: all that the endpoint's role may read. */
  readonly objectArn: string;
}

/** Where the model comes from that an endpoint serves. */
export abstract class ModelSource {
  /**
   * A model artifact that lies in S3. New contents need a new URI: an endpoint keeps what it loaded.
   * @param uri such as `s3://my-bucket/models/7/model.tar.gz`
   */
  public static fromS3(uri: string, options: ModelSourceOptions = {}): ModelSource {
    return new S3Model(uri, checkProps('ModelSourceOptions', options));
  }

  /**
   * A directory of this machine, packed and uploaded at deploy.
   * @param directory what the archive holds: for TensorFlow a numeric folder with a `saved_model.pb`
   */
  public static fromDirectory(directory: string, options: ModelSourceOptions = {}): ModelSource {
    return new DirectoryModel(directory, checkProps('ModelSourceOptions', options));
  }

  /** @param estimator what serves the model */
  protected constructor(public readonly estimator: Estimator) {}

  /** The artifact as a stack sees it. */
  public abstract artifact(scope: Construct): ModelArtifact;

  /** What is wrong with the source. */
  public abstract problems(): string[];
}

answerForFactories(ModelSource);

/** The model that a project's training job left last. */
export class TrainedModel extends ModelSource {
  public constructor(
    private readonly projectName: string,
    estimator: Estimator,
  ) {
    super(estimator);
  }

  public artifact(scope: Construct): ModelArtifact {
    // An export that another stack imports cannot change its value, and this one changes with every training.
    const url = StringParameter.valueForStringParameter(scope, modelDataUrlParameterName(this.projectName));
    return { url, objectArn: objectArn(scope, url) };
  }

  public problems(): string[] {
    return [];
  }
}

/** A model by what a person declared of it. */
abstract class DeclaredModel extends ModelSource {
  public constructor(
    protected readonly place: string,
    private readonly declared: CheckedProps<ModelSourceOptions>,
  ) {
    super(declared.sound.algorithm ?? declared.sound.framework ?? Framework.tensorflow());
  }

  public problems(): string[] {
    return [...this.declared.problems('model'), ...this.placeProblems()];
  }

  /** What is wrong with where it lies. */
  protected abstract placeProblems(): string[];
}

class S3Model extends DeclaredModel {
  public artifact(scope: Construct): ModelArtifact {
    return { url: this.place, objectArn: objectArn(scope, this.place) };
  }

  protected placeProblems(): string[] {
    const problems = s3UriProblems('model', this.place);
    if (problems.length === 0 && !this.place.endsWith('.tar.gz')) {
      problems.push(
        `model: '${this.place}' is not the URI of a .tar.gz; name the artifact itself, such as s3://my-bucket/models/7/model.tar.gz`,
      );
    }
    return problems;
  }
}

class DirectoryModel extends DeclaredModel {
  private readonly selected = new FileSelection(String(this.place));

  public artifact(scope: Construct): ModelArtifact {
    tellSecrets(scope, this.selected.secrets());
    const directory = this.selected.path;
    const asset = new DirectoryAsset(scope, 'ModelArtifact', {
      directory,
      contents: readContents(directory, this.selected.selection, 'archive'),
      form: 'archive',
    });
    return { url: asset.s3ObjectUrl, objectArn: asset.bucket.arnForObjects(asset.s3ObjectKey) };
  }

  protected placeProblems(): string[] {
    const problems = this.selected.problems('model');
    if (problems.length > 0) {
      return problems;
    }
    const { files } = this.selected.selection;
    return this.estimator.name !== 'tensorflow' ||
      files.some((file) => /(^|\/)\d+\/saved_model\.pb$/.test(file))
      ? []
      : [
          `model: '${this.place}' has no saved_model.pb in a folder with a number as its name, and TensorFlow Serving loads nothing else; ` +
            `export the model to ${this.place}/1`,
        ];
  }
}

/** The ARN of the object behind an s3:// URL, which may be known at deploy only. */
function objectArn(scope: Construct, url: string): string {
  return s3Arn(scope, Fn.select(1, Fn.split('s3://', url)));
}
