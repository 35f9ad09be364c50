import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';

/** Where mails go: to an address, which SNS asks for its consent once, or through a topic of a person's own. */
export interface NoticesProps {
  readonly notify: string | ITopic;
  /** The name of the parameter that holds the topic's ARN. */
  readonly parameterName: string;
  /** What the mails are about. */
  readonly about: string;
}

/**
 * The topic that mails go through. It stands apart from the stacks that the mails are about, since they tell of their end.
 *
 * Its ARN crosses by a parameter: an export that another stack imports could not be taken away with `notify`,
 * since this stack is deployed before that one.
 */
export function noticesTopic(scope: Construct, props: NoticesProps): ITopic {
  const { notify } = props;
  let topic: ITopic;
  if (typeof notify === 'string') {
    const own = new Topic(scope, 'Topic', { enforceSSL: true });
    own.addSubscription(new EmailSubscription(notify));
    topic = own;
  } else {
    topic = notify;
  }
  new StringParameter(scope, 'TopicArn', {
    parameterName: props.parameterName,
    stringValue: topic.topicArn,
    description: `Topic of the mails about ${props.about}`,
  });
  return topic;
}
