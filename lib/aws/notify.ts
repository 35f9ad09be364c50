import { Token } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { mailAddressProblems } from './mail-address';

/** What is wrong with who is to be told: a mail address, or a topic of SNS. @param at its place in the configuration */
export function notifyProblems(at: string, notify: string | ITopic): string[] {
  if (typeof notify === 'string') {
    const arn = !Token.isUnresolved(notify) && /^arn:[^:]+:sns:/.test(notify);
    return arn
      ? [
          `${at}: '${notify}' is a topic's ARN; write Topic.fromTopicArn(app-or-stack, 'Topic', '…'), or a mail address`,
        ]
      : mailAddressProblems(at, notify);
  }
  return (notify as Partial<ITopic> | undefined)?.topicArn === undefined
    ? [`${at}: give a mail address, such as 'name@example.com', or a Topic of aws-sns`]
    : [];
}
