import {
  endpointName,
  isNotebookName,
  HOSTING_KINDS,
  PROJECT_TAG,
  projectOfTrainingJob,
  STACK_SUFFIXES,
  stackName,
} from '../../names';

/** What follows a stack's name in a name that CloudFormation made up; its suffixes have 12 or 13 characters. */
const LOGICAL_ID_AND_SUFFIX = /^[a-zA-Z][a-zA-Z0-9]*-[a-zA-Z0-9]{12,}$/;

/** How Lambda describes a network interface: `AWS Lambda VPC ENI-<function>-<uuid>`. */
const LAMBDA_INTERFACE = /\bENI-(\S+)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** What the names of one project's things look like: those that SageMakerProject gives, and those that CloudFormation makes up. */
export class ProjectNames {
  /** The stacks' names, in the order in which to destroy them. */
  public readonly stackNames: readonly string[];

  public constructor(public readonly project: string) {
    this.stackNames = STACK_SUFFIXES.map((suffix) => stackName(project, suffix)).toReversed();
  }

  /**
   * A name that CloudFormation made up for a resource of one of the stacks: the stack's, the logical id, a random suffix.
   * Names of other projects that begin alike, such as `unet-endpoint-training-…`, have more words or a shorter last one.
   */
  public isGenerated(name: string): boolean {
    return this.stackNames.some(
      (stack) => name.startsWith(`${stack}-`) && LOGICAL_ID_AND_SUFFIX.test(name.slice(stack.length + 1)),
    );
  }

  /** The same for a bucket, whose name has lower case only. */
  public isGeneratedBucket(name: string): boolean {
    return new ProjectNames(this.project.toLowerCase()).isGenerated(name);
  }

  /** The project's own name, which the endpoint and the notebook have, or a generated one. */
  public isOwn(name: string): boolean {
    return name === this.project || this.isGenerated(name);
  }

  /** A notebook instance of the project. */
  public isNotebook(name: string): boolean {
    return isNotebookName(this.project, name) || this.isGenerated(name);
  }

  /** An endpoint of the project: each kind of hosting has a name of its own. */
  public isEndpoint(name: string): boolean {
    return this.isGenerated(name) || HOSTING_KINDS.some((kind) => endpointName(this.project, kind) === name);
  }

  /** A training job of the project. */
  public isTrainingJob(name: string): boolean {
    return projectOfTrainingJob(name) === this.project;
  }

  /** Whether a service's own tags say that a thing is the project's. */
  public isTagged(tags: readonly { Key?: string | undefined; Value?: string | undefined }[] = []): boolean {
    return tags.some(({ Key, Value }) => Key === PROJECT_TAG && Value === this.project);
  }

  /** Whether a text names the project, one of its training jobs or one of its generated names as a whole word. */
  public isNamedIn(text: string): boolean {
    const words = text.replace(LAMBDA_INTERFACE, '$1').match(/[a-zA-Z0-9-]+/g) ?? [];
    return words.some((word) => this.isOwn(word) || this.isEndpoint(word) || this.isTrainingJob(word));
  }
}
