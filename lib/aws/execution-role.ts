import {
  type IGrantable,
  type IRole,
  Policy,
  type PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import type { Construct, IDependable } from 'constructs';

/**
 * The role in whose name SageMaker works: one that is made for it, or a person's own with a policy of this stack beside it.
 * The policy is not the role's own, since its stack would then depend on this one, and this one on it. A role that takes no
 * policy (`withoutPolicyUpdates()`, an import with `mutable: false`) gets none.
 */
export class ExecutionRole implements IGrantable {
  public readonly role: IRole;
  /** What must be there before SageMaker works in the role's name. */
  public readonly dependables: readonly IDependable[];
  private readonly grants: { addStatements(...statements: PolicyStatement[]): void };

  /** @param given a person's own role */
  public constructor(scope: Construct, id: string, given: IRole | undefined) {
    if (given) {
      const policy = new Policy(scope, `${id}Policy`);
      // Not the other way round, which asks the role nothing.
      given.attachInlinePolicy(policy);
      this.role = given;
      this.grants = policy;
      this.dependables = [given, policy];
    } else {
      const role = new Role(scope, id, { assumedBy: new ServicePrincipal('sagemaker.amazonaws.com') });
      this.role = role;
      this.grants = { addStatements: (...statements) => statements.forEach((one) => role.addToPolicy(one)) };
      this.dependables = [role];
    }
  }

  /** What other constructs grant something to. */
  public get grantPrincipal(): IRole {
    return this.role;
  }

  /** Lets the role do more. */
  public addToPolicy(...statements: PolicyStatement[]): void {
    this.grants.addStatements(...statements);
  }
}
