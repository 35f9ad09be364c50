import { ArnFormat, Stack } from 'aws-cdk-lib';
import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import {
  endpointLogGroupName,
  endpointName,
  type HostingKind,
  idleTopicParameterName,
  stackName,
} from '../names';
import { noticesTopic } from './notices';

/** Who is told of an endpoint's failed deployments, and of an idle endpoint's end. */
export interface IdleNoticesProps {
  readonly projectName: string;
  readonly kind: HostingKind;
  readonly notify: string | ITopic;
  /** Whether the endpoint stops itself. */
  readonly stopsItself: boolean;
}

/** The statuses with the reason: a rollback that has begun, and what stays as it is with `--no-rollback`. */
const FAILED_DEPLOYMENTS = [
  'ROLLBACK_IN_PROGRESS',
  'UPDATE_ROLLBACK_IN_PROGRESS',
  'CREATE_FAILED',
  'UPDATE_FAILED',
];

/** Mails about an endpoint whose deployment failed, or which stops itself. */
export class IdleNotices extends Construct {
  public constructor(scope: Construct, id: string, props: IdleNoticesProps) {
    super(scope, id);
    const endpoint = endpointName(props.projectName, props.kind);
    const stack = stackName(props.projectName, 'endpoint');
    const topic = noticesTopic(this, {
      notify: props.notify,
      parameterName: idleTopicParameterName(props.projectName),
      about: `the endpoint ${endpoint}`,
    });
    const reason = EventField.fromPath('$.detail.status-details.status-reason');
    this.tell(topic, 'NotDeployed', stack, FAILED_DEPLOYMENTS, {
      [`The deployment of the endpoint ${endpoint}`]: 'failed. What served before serves on.',
      [`Its stack ${stack} is in`]: EventField.fromPath('$.detail.status-details.status'),
      'CloudFormation says': reason,
      'To see what failed first': `aws cloudformation describe-stack-events --stack-name ${stack}`,
      'What the container said': `aws logs tail ${endpointLogGroupName(endpoint)} --since 1h`,
    });
    if (!props.stopsItself) {
      return;
    }
    this.tell(topic, 'Deleted', stack, ['DELETE_COMPLETE'], {
      [`The endpoint ${endpoint}`]: `is gone with its stack ${stack}, and costs nothing any more.`,
      'The trained model and the data': 'are still there.',
      'To bring it back without training': `npx cdk deploy ${stack}`,
    });
    this.tell(topic, 'Failed', stack, ['DELETE_FAILED'], {
      [`The stack ${stack} of the endpoint ${endpoint}`]:
        'could not be deleted, and what is left of it may cost.',
      'CloudFormation says': reason,
      'To try again': `npx cdk destroy ${stack}`,
    });
  }

  /** A mail of EventBridge is JSON, a text within its quotation marks: an object of short lines reads better. */
  private tell(
    topic: ITopic,
    id: string,
    stackName: string,
    statuses: readonly string[],
    message: Readonly<Record<string, string>>,
  ): void {
    const stackArn = Stack.of(this).formatArn({
      service: 'cloudformation',
      resource: 'stack',
      resourceName: stackName,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    new Rule(this, id, {
      description: `Mails when the stack ${stackName} is in ${statuses.join(' or ')}`,
      eventPattern: {
        source: ['aws.cloudformation'],
        detailType: ['CloudFormation Stack Status Change'],
        detail: {
          // A stack's id ends in random characters, which AWS's own example of the event lacks.
          'stack-id': [stackArn, { prefix: `${stackArn}/` }],
          'status-details': { status: [...statuses] },
        },
      },
      targets: [new SnsTopic(topic, { message: RuleTargetInput.fromObject(message) })],
    });
  }
}
