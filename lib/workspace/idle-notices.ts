import { ArnFormat, Stack } from 'aws-cdk-lib';
import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { idleTopicParameterName } from '../names';

/** Who is told of an idle endpoint's end. */
export interface IdleNoticesProps {
  readonly endpointName: string;
  /** The name of the endpoint's stack. */
  readonly stackName: string;
  /** The mail address that is told; SNS asks it for its consent once. */
  readonly notify: string;
}

/**
 * Mails about an endpoint that stops itself. They stand apart from the endpoint's stack, since they tell of its end.
 *
 * The topic's ARN crosses by a parameter: an export that the endpoint's stack imports could not be taken away with `notify`,
 * since this stack is deployed before that one.
 */
export class IdleNotices extends Construct {
  public constructor(scope: Construct, id: string, props: IdleNoticesProps) {
    super(scope, id);
    const { endpointName, stackName } = props;
    const topic = new Topic(this, 'Topic', { enforceSSL: true });
    topic.addSubscription(new EmailSubscription(props.notify));
    new StringParameter(this, 'TopicArn', {
      parameterName: idleTopicParameterName(endpointName),
      stringValue: topic.topicArn,
      description: `Topic of the mails about the endpoint ${endpointName}`,
    });
    this.tell(topic, 'Deleted', stackName, 'DELETE_COMPLETE', {
      [`The endpoint ${endpointName}`]: `is gone with its stack ${stackName}, and costs nothing any more.`,
      'The trained model and the data': 'are still there.',
      'To bring it back without training': `npx cdk deploy ${stackName}`,
    });
    this.tell(topic, 'Failed', stackName, 'DELETE_FAILED', {
      [`The stack ${stackName} of the endpoint ${endpointName}`]:
        'could not be deleted, and what is left of it may cost.',
      'CloudFormation says': EventField.fromPath('$.detail.status-details.status-reason'),
      'To try again': `npx cdk destroy ${stackName}`,
    });
  }

  /** A mail of EventBridge is JSON, a text within its quotation marks: an object of short lines reads better. */
  private tell(
    topic: Topic,
    id: string,
    stackName: string,
    status: string,
    message: Readonly<Record<string, string>>,
  ): void {
    const stackArn = Stack.of(this).formatArn({
      service: 'cloudformation',
      resource: 'stack',
      resourceName: stackName,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    new Rule(this, id, {
      description: `Mails when the stack ${stackName} is in ${status}`,
      eventPattern: {
        source: ['aws.cloudformation'],
        detailType: ['CloudFormation Stack Status Change'],
        detail: {
          // A stack's id ends in random characters, which AWS's own example of the event lacks.
          'stack-id': [stackArn, { prefix: `${stackArn}/` }],
          'status-details': { status: [status] },
        },
      },
      targets: [new SnsTopic(topic, { message: RuleTargetInput.fromObject(message) })],
    });
  }
}
