import { paginateDescribeParameters, type ParameterStringFilter, SSMClient } from '@aws-sdk/client-ssm';
import { partitionOf } from '../arn';
import type { Finder } from '../finder';
import { FREE } from '../leftover';
import { awsCommand } from '../removal';
import { parameterPath } from '../../../names';

/** Names that one call may ask for. */
const NAMES_PER_CALL = 50;

/** Parameters of the Parameter Store: free in their standard tier, which the project's are. */
export const parameters: Finder = {
  what: 'parameters',
  arns: /^ssm:parameter\//,
  async *find(search) {
    const { names, owned, region } = search;
    const client = search.client(SSMClient);
    const others = [
      // An ARN does not tell whether a name begins with a slash; one with a slash within must.
      ...owned
        .taggedNames('ssm:parameter/')
        .flatMap((name) => (name.includes('/') ? [`/${name}`] : [name, `/${name}`])),
      ...owned.idsOf('AWS::SSM::Parameter'),
    ];
    const filters: ParameterStringFilter[] = [
      { Key: 'Name', Option: 'BeginsWith', Values: [parameterPath(names.project)] },
    ];
    for (let start = 0; start < others.length; start += NAMES_PER_CALL) {
      filters.push({ Key: 'Name', Option: 'Equals', Values: others.slice(start, start + NAMES_PER_CALL) });
    }
    const seen = new Set<string>();
    for (const filter of filters) {
      const request = { ParameterFilters: [filter] };
      for await (const page of paginateDescribeParameters({ client }, request, search.options)) {
        for (const parameter of page.Parameters ?? []) {
          const name = parameter.Name!;
          const arn =
            parameter.ARN ??
            `arn:${partitionOf(region)}:ssm:${region}:${search.account}:parameter/${name.replace(/^\//, '')}`;
          const own = owned.recognise({
            type: 'AWS::SSM::Parameter',
            name,
            arn,
            isNamed: name.startsWith(parameterPath(names.project)),
            removal: [awsCommand(region, 'ssm delete-parameter', { name })],
          });
          if (own && !seen.has(name)) {
            seen.add(name);
            yield {
              type: 'AWS::SSM::Parameter',
              name,
              arn,
              ...own,
              detail: `${parameter.Tier ?? 'Standard'} tier`,
              cost: FREE,
            };
          }
        }
      }
    }
  },
};
