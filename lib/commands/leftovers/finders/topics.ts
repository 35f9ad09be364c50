import { paginateListTopics, SNSClient } from '@aws-sdk/client-sns';
import { each, type Finder } from '../finder';
import { awsCommand } from '../removal';

/** SNS topics: nothing while nothing is sent. */
export const topics: Finder = {
  type: 'AWS::SNS::Topic',
  what: 'topics',
  arns: /^sns:[^:]+$/,
  async *list({ client, names, options, region }) {
    const pages = paginateListTopics({ client: client(SNSClient) }, {}, options);
    for await (const { TopicArn } of each(pages, ({ Topics }) => Topics)) {
      const arn = TopicArn!;
      const name = arn.split(':').at(-1)!;
      const removal = [awsCommand('sns delete-topic', { 'topic-arn': arn, region })];
      yield { name, arn, isNamed: names.isGenerated(name), removal };
    }
  },
};
