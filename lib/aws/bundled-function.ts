import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  type IGrantable,
  type IPrincipal,
  type PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  type CfnFunction,
  Code,
  Function as LambdaFunction,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct, type IDependable } from 'constructs';
import { buildSync } from 'esbuild';

/** Lambda's runtime and the newest JavaScript that it understands. */
const RUNTIME = Runtime.NODEJS_24_X;
const TARGET = 'node24';

/** A Lambda function of this project. */
export interface BundledFunctionProps {
  /** The TypeScript file that exports `handler`, absolute. */
  readonly entry: string;
  /** What it does, as the Lambda console shows it. */
  readonly description: string;
  readonly timeout: Duration;
  /** @default - none */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * The ARN of a topic that gets each event on which the function failed three times; the role must be let publish there.
   * @default - nobody is told
   */
  readonly deadLetterTopicArn?: string;
}

/**
 * A Lambda function bundled from TypeScript, with a log group of its own and a role that may write there and nothing else.
 *
 * It is bundled by esbuild in this process: the CDK's NodejsFunction starts `npx` for each function, which takes longer than the rest of a synthesis.
 */
export class BundledFunction extends Construct implements IGrantable {
  public readonly function: LambdaFunction;
  public readonly grantPrincipal: IPrincipal;
  /**
   * What a resource that calls the function at its deletion depends on:
   * without the policy and the log group, the function could neither do its work nor say why.
   */
  public readonly outlives: IDependable[];
  public readonly role: Role;

  public constructor(scope: Construct, id: string, props: BundledFunctionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(this.role);
    this.function = withBundle(
      props.entry,
      (code) =>
        new LambdaFunction(this, 'Function', {
          description: props.description,
          runtime: RUNTIME,
          architecture: Architecture.ARM_64,
          memorySize: 256,
          handler: 'index.handler',
          code,
          timeout: props.timeout,
          environment: props.environment && { ...props.environment },
          logGroup,
          role: this.role,
        }),
    );
    if (props.deadLetterTopicArn !== undefined) {
      // By its ARN: the CDK's own prop would let the role publish a second time.
      const { defaultChild } = this.function.node;
      (defaultChild as CfnFunction).deadLetterConfig = { targetArn: props.deadLetterTopicArn };
    }
    this.grantPrincipal = this.role;
    this.outlives = [this.function, this.role, logGroup];
  }

  /** Lets the function do something. */
  public addToRolePolicy(...statements: PolicyStatement[]): void {
    statements.forEach((statement) => this.role.addToPrincipalPolicy(statement));
  }
}

/** Bundles an entry file for as long as the construct takes that copies it into the cloud assembly. The AWS SDK stays out: Lambda's runtime has it. */
function withBundle<T>(entry: string, use: (code: Code) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  try {
    buildSync({
      entryPoints: [entry],
      outfile: join(folder, 'index.js'),
      bundle: true,
      platform: 'node',
      target: TARGET,
      external: ['@aws-sdk/*', '@smithy/*'],
      // Paths in the bundle's comments are relative to this: the same wherever the project lies.
      absWorkingDir: join(__dirname, '..', '..'),
    });
    return use(Code.fromAsset(folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
