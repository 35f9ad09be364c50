import {
  EC2Client,
  type Filter,
  type NetworkInterface,
  paginateDescribeNetworkInterfaces,
} from '@aws-sdk/client-ec2';
import { partitionOf } from '../arn';
import type { Finder, Search } from '../finder';
import { FREE } from '../leftover';
import { awsCommand } from '../removal';
import { PROJECT_TAG } from '../../../names';

/** Network interfaces that SageMaker and Lambda put into a VPC: free, but the VPC and its security groups cannot go before them. */
export const networkInterfaces: Finder = {
  what: 'network interfaces',
  arns: /^ec2:network-interface\//,
  async *find(search) {
    const { names, region, account } = search;
    const client = search.client(EC2Client);
    const filters: Filter[] = [
      { Name: `tag:${PROJECT_TAG}`, Values: [names.project] },
      { Name: 'description', Values: ['*SageMaker*', '*Sagemaker*', '*sagemaker*', 'AWS Lambda VPC ENI-*'] },
      // Those that AWS's services made for the project have its security groups.
      { Name: 'group-name', Values: names.stackNames.map((stack) => `${stack}-*`) },
    ];
    const seen = new Set<string>();
    for (const filter of filters) {
      const request = { Filters: [filter] };
      for await (const page of paginateDescribeNetworkInterfaces({ client }, request, search.options)) {
        for (const found of page.NetworkInterfaces ?? []) {
          const id = found.NetworkInterfaceId!;
          const arn = `arn:${partitionOf(region)}:ec2:${region}:${account}:network-interface/${id}`;
          const own = search.owned.recognise({
            type: 'AWS::EC2::NetworkInterface',
            name: id,
            arn,
            isNamed: isNamed(found, search),
            isTagged: found.TagSet?.some(({ Key, Value }) => Key === PROJECT_TAG && Value === names.project),
            // One that is in use goes with what uses it.
            removal:
              found.Status === 'available'
                ? [awsCommand(region, 'ec2 delete-network-interface', { 'network-interface-id': id })]
                : [],
          });
          if (own && !seen.has(id)) {
            seen.add(id);
            const detail = [found.Status, found.Description].filter((text) => text).join(', ');
            yield { type: 'AWS::EC2::NetworkInterface', name: id, arn, ...own, detail, cost: FREE };
          }
        }
      }
    }
  },
};

function isNamed({ Description = '', Groups = [] }: NetworkInterface, { names }: Search): boolean {
  const isOfService = /sagemaker|AWS Lambda VPC ENI-/i.test(Description);
  return (
    (isOfService && names.isNamedIn(Description)) ||
    Groups.some(({ GroupName = '' }) => names.isGenerated(GroupName))
  );
}
