// The project as bin/app.ts declares it: one construct, and its stacks by how long they live: workspace, training, endpoint.

import { Annotations, Stage, Tags, Token } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { ConfigurationError, throwProblems } from '../aws/configuration-error';
import { checkProps } from '../aws/declared-props';
import { regionProblems } from '../aws/region-types';
import { processorOf } from '../images/instance-types';
import type { Hosting } from '../endpoint/hosting';
import { type ModelSource, TrainedModel } from '../endpoint/model-source';
import type { Endpoint } from '../endpoint/endpoint';
import { EndpointStack } from './endpoint-stack';
import { servingScriptProblems, type TrainedBy } from '../endpoint/serving-script';
import {
  endpointName,
  HOSTING_KINDS,
  MAX_PROJECT_NAME_LENGTH,
  PROJECT_TAG,
  STACK_SUFFIXES,
  stackName,
} from '../names';
import { channelDirectories, uploadedChannels } from '../training/channel';
import { tellSecrets } from '../aws/file-selection';
import { type Training, withDefaults } from '../training/training';
import type { TrainingJob } from '../training/training-job';
import { changedTraining, trainingChangeProblems, trainingChanges } from '../training/training-changes';
import { trainingProblems } from '../training/training-problems';
import type { TrainingProps } from '../training/training-props';
import { TrainingStack } from './training-stack';
import { type MonthlyBudgetProps, monthlyBudgetProblems } from '../workspace/monthly-budget';
import { type NotebookProps, notebookProblems } from '../workspace/notebook';
import { WorkspaceStack } from './workspace-stack';

/** A project: from a training script to an endpoint. */
export interface SageMakerProjectProps {
  /**
   * The training job.
   * @default - none: `model` says what the endpoint serves
   */
  readonly training?: TrainingProps;
  /**
   * A model that was trained elsewhere.
   * @default - what `training` makes
   */
  readonly model?: ModelSource;
  /**
   * How the model is served.
   * @default - no endpoint
   */
  readonly hosting?: Hosting;
  /**
   * A notebook instance.
   * @default - none
   */
  readonly notebook?: NotebookProps;
  /**
   * What the project may cost in a month, with mails at 50, 80 and 100 % of it and when the forecast exceeds it. It stops nothing.
   * It counts what has the tag `project`, once that is activated as a cost allocation tag in the billing console.
   * @default - no budget, and no mail
   */
  readonly monthlyBudget?: MonthlyBudgetProps;
  /**
   * Whether the bucket and its data stay when the stacks are destroyed.
   * @default false
   */
  readonly retainData?: boolean;
  /**
   * The KMS key of the bucket with all that lies there, and of the volumes of training, notebook and endpoint. Its policy must leave
   * permissions to IAM, as a new key's does. Instances with storage of their own encrypt it by their hardware.
   * @default - S3's and SageMaker's own keys
   */
  readonly kmsKey?: IKey;
}

/**
 * The stacks of a project: `<name>-workspace`, `<name>-training` and `<name>-endpoint`, by lifetime and by cost.
 * Throws one ConfigurationError with all that AWS would refuse.
 */
export class SageMakerProject extends Construct {
  private readonly training: TrainingStack | undefined;
  private readonly hosted: EndpointStack | undefined;

  /**
   * @param id the project's name: that of the endpoint, and what the names of stacks and jobs begin with.
   */
  public constructor(scope: Construct, id: string, declared: SageMakerProjectProps) {
    throwProblems(`the project '${id}'`, collisionProblems(scope, id));
    super(scope, id);
    const checked = checkProps('SageMakerProjectProps', declared);
    const { props, changeProblems } = withTrainingChanges(this, checked.sound);
    throwProblems(`the project '${id}'`, [
      ...checked.problems(''),
      ...changeProblems,
      ...togetherProblems(id, declared),
      ...valueProblems(props, knownRegion(this)),
    ]);

    // The stacks stand beside the project, not below it, so that the CDK CLI knows them by their own names.
    const workspace = new WorkspaceStack(scope, stackName(id, 'workspace'), {
      description: `Data bucket, datasets and notebook of ${id}`,
      projectName: id,
      channels: props.training?.channels ?? {},
      notebook: props.notebook,
      monthlyBudget: props.monthlyBudget,
      retainData: props.retainData ?? false,
      kmsKey: props.kmsKey,
      hosting: props.hosting,
      trainingNotify: props.training?.notify,
    });
    this.training =
      props.training &&
      new TrainingStack(scope, stackName(id, 'training'), {
        description: `Training job of ${id}`,
        trainingJob: { ...props.training, projectName: id, bucket: workspace.bucket },
      });
    // The bucket's name is imported already; the uploads to it have no value to refer to.
    this.training?.addStackDependency(workspace);

    const model = props.model ?? (props.training && new TrainedModel(id, props.training.estimator));
    this.hosted =
      props.hosting &&
      model &&
      new EndpointStack(scope, stackName(id, 'endpoint'), {
        description: `Endpoint of ${id}`,
        endpoint: {
          endpointName: endpointName(id, props.hosting.kind),
          model,
          hosting: props.hosting,
          trained: trainedBy(props),
          bucket: workspace.bucket,
        },
      });
    if (this.training && !props.model) {
      // The model's URL crosses by a parameter, whose name alone would tell CloudFormation nothing.
      this.hosted?.addStackDependency(this.training);
    }
    // Its log group is there by its name alone, and the topic's ARN crosses by a parameter too.
    this.hosted?.addStackDependency(workspace);

    const stacks = [workspace, this.training, this.hosted].filter((stack) => stack !== undefined);
    const warning = imageWarning(props);
    if (warning !== undefined) {
      Annotations.of(stacks[1] ?? workspace).addWarningV2('sagemaker-project:unpatchedImages', warning);
    }
    tellSecrets(workspace, props.training ? leftOutSecrets(props.training) : []);
    for (const stack of stacks) {
      Tags.of(stack).add(PROJECT_TAG, id);
    }
  }

  /** The training job, to grant its role something: `bucket.grantRead(project.trainingJob)`. */
  public get trainingJob(): TrainingJob {
    return this.declared(this.training?.trainingJob, 'trainingJob', 'training');
  }

  /** The endpoint, to grant its model's role something: `table.grantReadData(project.endpoint)`. */
  public get endpoint(): Endpoint {
    return this.declared(this.hosted?.endpoint, 'endpoint', 'hosting');
  }

  private declared<T>(part: T | undefined, name: string, prop: string): T {
    if (part === undefined) {
      throw new ConfigurationError(`the project '${this.node.id}'`, [
        `${name}: there is none without ${prop}; give ${prop}`,
      ]);
    }
    return part;
  }
}

/** A project with its defaults filled in. */
interface Project extends SageMakerProjectProps {
  readonly training?: Training | undefined;
}

function withTrainingChanges(
  scope: Construct,
  declared: SageMakerProjectProps,
): { props: Project; changeProblems: string[] } {
  const changes = trainingChanges(scope);
  const { training } = declared;
  return {
    props: {
      ...declared,
      training: training && withDefaults(changes ? changedTraining(training, changes) : training),
    },
    changeProblems: changes && training ? trainingChangeProblems(training, changes) : [],
  };
}

/** What to know of the images: said once, of the first stack that has some. */
function imageWarning({ training, model, hosting }: Project): string | undefined {
  const served = hosting && !hosting.props.image ? (['inference'] as const) : [];
  return model ? model.estimator.warning(served) : training?.estimator.warning(['training', ...served]);
}

/** What looks like a secret in the directories of a training, and stays there. */
function leftOutSecrets(training: Training): string[] {
  const uploads = uploadedChannels(training.channels).values();
  return [...(training.source ? [training.source] : []), ...uploads].flatMap((directory) =>
    directory.secrets(),
  );
}

/** The region that the stacks get from the stage around the project; undefined if only a deploy tells it. */
function knownRegion(project: Construct): string | undefined {
  const region = Stage.of(project)?.region;
  return Token.isUnresolved(region) ? undefined : region;
}

/** Images that do not exist: for what trains, and for what serves. */
function imageProblems({ training, model, hosting }: Project, region: string | undefined): string[] {
  const place = training?.algorithm ? 'training.algorithm' : 'training.framework';
  const trained = training?.estimator
    .problems('training', processorOf(training.instanceType) ?? 'cpu', region)
    .map((problem) => `${place}: ${problem}`);
  const [served, servedPlace] = model ? [model.estimator, 'model.framework'] : [training?.estimator, place];
  const serving = hosting?.props.image
    ? hosting.props.image.problems(region).map((problem) => `hosting.image: ${problem}`)
    : hosting &&
      served?.problems('inference', hosting.processor, region).map((problem) => `${servedPlace}: ${problem}`);
  return [...new Set([...(trained ?? []), ...(serving ?? [])])];
}

/** The names of a project's own: its stacks, and its endpoint of each kind, the first of which is the project's name. */
function namesOf(id: string): string[] {
  return [
    ...HOSTING_KINDS.map((kind) => endpointName(id, kind)),
    ...STACK_SUFFIXES.map((suffix) => stackName(id, suffix)),
  ];
}

/** Why a project cannot stand beside the others of its app or stage: a stack or an endpoint would have the name of another. */
function collisionProblems(scope: Construct, id: string): string[] {
  return scope.node.children
    .filter((child) => child instanceof SageMakerProject)
    .flatMap((other) => {
      const shared = namesOf(other.node.id).find((name) => namesOf(id).includes(name));
      return shared === undefined
        ? []
        : [
            other.node.id === id
              ? `the name: there is a project '${id}' already; give this one another name`
              : `the name: '${shared}' would be the name of something of the project '${other.node.id}' too; give one of the two another name`,
          ];
    });
}

/** The script whose model is served; none if it was trained elsewhere, or by an algorithm. */
function trainedBy({ training, model }: Pick<Project, 'training' | 'model'>): TrainedBy | undefined {
  return model || !training?.script
    ? undefined
    : {
        ...training.script,
        data: channelDirectories(training.channels),
        dependencies: training.dependencies ?? [],
      };
}

/** What is wrong with the script that serves. */
function scriptProblems({ training, model, hosting }: Project): string[] {
  const estimator = (model ?? training)?.estimator;
  return hosting && estimator
    ? servingScriptProblems({
        ...hosting.props,
        estimator,
        trained: trainedBy({ training, model }),
      })
    : [];
}

/** What is wrong with a project's name, and with what is declared and what is not. */
function togetherProblems(name: string, props: SageMakerProjectProps): string[] {
  const { training, model, hosting } = props;
  const isName =
    /^[a-zA-Z](-*[a-zA-Z0-9])*$/.test(name) &&
    name.length <= MAX_PROJECT_NAME_LENGTH &&
    !/^(aws|ssm)/i.test(name);
  const rules: readonly [isWrong: unknown, problem: string][] = [
    [
      !isName,
      `the name: '${name}' cannot name stacks, jobs and an endpoint; ` +
        `write 1 to ${MAX_PROJECT_NAME_LENGTH} letters, digits and inner dashes, a letter first, not beginning with 'aws' or 'ssm'`,
    ],
    [training && model, 'training, model: an endpoint serves one model; give the one or the other'],
    [
      hosting && !training && !model,
      'hosting: there is nothing to serve; give training, or a model such as ModelSource.fromS3(...)',
    ],
    [model && !hosting, 'model: nothing serves it; give hosting, such as Hosting.serverless()'],
  ];
  return rules.filter(([isWrong]) => isWrong).map(([, problem]) => problem);
}

/** All that AWS would refuse of a project's parts, each in one line. */
function valueProblems(props: Project, region: string | undefined): string[] {
  return [
    ...regionProblems(props, region),
    ...imageProblems(props, region),
    ...scriptProblems(props),
    ...(props.training ? trainingProblems(props.training, region) : []),
    ...(props.model?.problems() ?? []),
    ...(props.hosting?.problems() ?? []),
    ...(props.notebook ? notebookProblems(props.notebook) : []),
    ...(props.monthlyBudget ? monthlyBudgetProblems(props.monthlyBudget, region) : []),
  ];
}
