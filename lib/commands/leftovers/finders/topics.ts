import { paginateListTopics, SNSClient } from '@aws-sdk/client-sns';
import type { Finder } from '../finder';
import { FREE } from '../leftover';
import { awsCommand } from '../removal';

/** SNS topics: nothing while nothing is sent. */
export const topics: Finder = {
  what: 'topics',
  arns: /^sns:[^:]+$/,
  async *find(search) {
    const client = search.client(SNSClient);
    for await (const page of paginateListTopics({ client }, {}, search.options)) {
      for (const { TopicArn } of page.Topics ?? []) {
        const arn = TopicArn!;
        const name = arn.split(':').at(-1)!;
        const own = search.owned.recognise({
          type: 'AWS::SNS::Topic',
          name,
          arn,
          isNamed: search.names.isGenerated(name),
          removal: [awsCommand(search.region, 'sns delete-topic', { 'topic-arn': arn })],
        });
        if (own) {
          yield { type: 'AWS::SNS::Topic', name, arn, ...own, detail: '', cost: FREE };
        }
      }
    }
  },
};
