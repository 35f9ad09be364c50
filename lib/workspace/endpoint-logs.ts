import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { endpointLogGroupName, endpointName, HOSTING_KINDS } from '../names';

/**
 * The log groups that SageMaker writes a project's endpoint to. They stand here and not beside the endpoint, so that what it said
 * outlives it: one that failed is deleted by its stack's rollback, and one that is idle deletes its stack.
 *
 * One for each kind of hosting: while one kind takes another's place there are two endpoints, and the former one is the later to go.
 * An empty group costs nothing. The model's role cannot make a group, so none comes back after the last.
 */
export class EndpointLogs extends Construct {
  public constructor(scope: Construct, id: string, { projectName }: { readonly projectName: string }) {
    super(scope, id);
    for (const kind of HOSTING_KINDS) {
      new LogGroup(this, kind, {
        logGroupName: endpointLogGroupName(endpointName(projectName, kind)),
        retention: RetentionDays.THREE_MONTHS,
        removalPolicy: RemovalPolicy.DESTROY,
      });
    }
  }
}
