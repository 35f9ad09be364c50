import { paginateDescribeParameters, type ParameterStringFilter, SSMClient } from '@aws-sdk/client-ssm';
import { each, type Finder } from '../finder';
import { parameterPath } from '../../../names';

/** Names that one call may ask for. */
const NAMES_PER_CALL = 50;

/** Parameters of the Parameter Store: free in their standard tier, which the project's are. */
export const parameters: Finder = {
  type: 'AWS::SSM::Parameter',
  what: 'parameters',
  arns: /^ssm:parameter\//,
  remove: ['ssm delete-parameter', 'name'],
  async *list({ client, names, owned, options, region, account, partition }) {
    const path = parameterPath(names.project);
    const others = [
      // An ARN does not tell whether a name begins with a slash; one with a slash within must.
      ...owned
        .taggedNames('ssm:parameter/')
        .flatMap((name) => (name.includes('/') ? [`/${name}`] : [name, `/${name}`])),
      ...owned.idsOf('AWS::SSM::Parameter'),
    ];
    const filters: ParameterStringFilter[] = [{ Key: 'Name', Option: 'BeginsWith', Values: [path] }];
    for (let start = 0; start < others.length; start += NAMES_PER_CALL) {
      filters.push({ Key: 'Name', Option: 'Equals', Values: others.slice(start, start + NAMES_PER_CALL) });
    }
    const arns = `arn:${partition}:ssm:${region}:${account}:parameter/`;
    for (const filter of filters) {
      const request = { ParameterFilters: [filter] };
      const pages = paginateDescribeParameters({ client: client(SSMClient) }, request, options);
      for await (const { Name, ARN, Tier = 'Standard' } of each(pages, (page) => page.Parameters)) {
        const name = Name!;
        const arn = ARN ?? `${arns}${name.replace(/^\//, '')}`;
        yield { name, arn, isNamed: name.startsWith(path), detail: `${Tier} tier` };
      }
    }
  },
};
