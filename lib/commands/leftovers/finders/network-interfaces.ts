import {
  EC2Client,
  type Filter,
  type NetworkInterface,
  paginateDescribeNetworkInterfaces,
} from '@aws-sdk/client-ec2';
import { each, type Finder, type Search } from '../finder';
import { awsCommand } from '../removal';
import { PROJECT_TAG } from '../../../names';

/** Network interfaces that SageMaker and Lambda put into a VPC: free, but the VPC and its security groups cannot go before them. */
export const networkInterfaces: Finder = {
  type: 'AWS::EC2::NetworkInterface',
  what: 'network interfaces',
  arns: /^ec2:network-interface\//,
  async *list(search) {
    const { names, region, account, partition } = search;
    const client = search.client(EC2Client);
    const filters: Filter[] = [
      { Name: `tag:${PROJECT_TAG}`, Values: [names.project] },
      { Name: 'description', Values: ['*SageMaker*', '*Sagemaker*', '*sagemaker*', 'AWS Lambda VPC ENI-*'] },
      // Those that AWS's services made for the project have its security groups.
      { Name: 'group-name', Values: names.stackNames.map((stack) => `${stack}-*`) },
    ];
    for (const filter of filters) {
      const pages = paginateDescribeNetworkInterfaces({ client }, { Filters: [filter] }, search.options);
      for await (const found of each(pages, ({ NetworkInterfaces }) => NetworkInterfaces)) {
        const id = found.NetworkInterfaceId!;
        const removal = awsCommand('ec2 delete-network-interface', { 'network-interface-id': id, region });
        yield {
          name: id,
          arn: `arn:${partition}:ec2:${region}:${account}:network-interface/${id}`,
          isNamed: isNamed(found, search),
          isTagged: names.isTagged(found.TagSet),
          detail: [found.Status, found.Description].filter((text) => text).join(', '),
          // One that is in use goes with what uses it.
          removal: found.Status === 'available' ? [removal] : [],
        };
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
