import {
  paginateGetResources,
  ResourceGroupsTaggingAPIClient,
} from '@aws-sdk/client-resource-groups-tagging-api';
import type { Found, Search } from './finder';
import { unknownHourlyCost } from './hourly-cost';
import { PROJECT_TAG } from '../../names';

/** The ARNs of everything in the region that has the project's tag. The tagging API may still name what was deleted a while ago. */
export async function taggedArns(search: Omit<Search, 'owned'>): Promise<string[]> {
  const client = search.client(ResourceGroupsTaggingAPIClient);
  const arns: string[] = [];
  const filters = [{ Key: PROJECT_TAG, Values: [search.names.project] }];
  for await (const page of paginateGetResources({ client }, { TagFilters: filters }, search.options)) {
    arns.push(...(page.ResourceTagMappingList ?? []).flatMap(({ ResourceARN }) => ResourceARN ?? []));
  }
  return arns;
}

/** A tagged resource that no finder knows. */
export function taggedResource(arn: string): Found {
  const [, , service = '', , , ...rest] = arn.split(':');
  const resource = rest.join(':');
  const [kind = '', ...name] = resource.split(/[/:]/);
  return {
    type: name.length > 0 ? `${service}:${kind}` : service,
    name: name.length > 0 ? name.join('/') : resource,
    arn,
    foundBy: ['tag'],
    detail: 'known by its tag alone, which AWS may still show for a while after a deletion',
    cost: unknownHourlyCost('its type is not known here'),
    removal: [],
  };
}
