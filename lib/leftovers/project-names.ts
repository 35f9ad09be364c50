/** The stacks of a project, the one to destroy first at the front. */
const STACK_SUFFIXES = ['endpoint', 'training', 'workspace'];

/** What the names of one project's things look like: those that SageMakerProject gives, and those that CloudFormation makes up. */
export class ProjectNames {
  /** The stacks' names, in the order in which to destroy them. */
  public readonly stackNames: readonly string[];

  public constructor(public readonly project: string) {
    this.stackNames = STACK_SUFFIXES.map((suffix) => `${project}-${suffix}`);
  }

  /**
   * A name that CloudFormation made up for a resource of one of the stacks: `<stack>-<logical id>-<suffix>`.
   * `unet-endpoint-training-…` belongs to a project called `unet-endpoint`: no logical id is just `training`.
   */
  public isGenerated(name: string): boolean {
    return this.stackNames.some(
      (stack) =>
        name.startsWith(`${stack}-`) &&
        !STACK_SUFFIXES.some((suffix) => `${name.slice(stack.length + 1)}-`.startsWith(`${suffix}-`)),
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

  /** A training job: the request's hash and the attempt's follow the project's name. */
  public isTrainingJob(name: string): boolean {
    return (
      name.startsWith(`${this.project}-`) &&
      /^[0-9a-f]{10}-[0-9a-f]{8}$/.test(name.slice(this.project.length + 1))
    );
  }

  /** The path below which the project's parameters are. */
  public get parameterPath(): string {
    return `/${this.project}/`;
  }

  /** Whether a text names the project, one of its training jobs or one of its generated names as a whole word. */
  public isNamedIn(text: string): boolean {
    // Lambda writes `AWS Lambda VPC ENI-<function>-<id>`.
    const words = text.replace(/\bENI-/g, '').match(/[a-zA-Z0-9-]+/g) ?? [];
    return words.some((word) => this.isOwn(word) || this.isTrainingJob(word));
  }
}
