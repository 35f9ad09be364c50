import {
  paginateGetResources,
  ResourceGroupsTaggingAPIClient,
} from '@aws-sdk/client-resource-groups-tagging-api';
import { unknownPart } from '../../cost/resource-cost';
import { each, type Search } from './finder';
import type { Found } from './leftover';
import { PROJECT_TAG } from '../../names';

/** The ARNs of everything in the region that has the project's tag. The tagging API may still name what was deleted a while ago. */
export async function taggedArns({ client, names, options }: Omit<Search, 'owned'>): Promise<string[]> {
  const request = { TagFilters: [{ Key: PROJECT_TAG, Values: [names.project] }] };
  const pages = paginateGetResources({ client: client(ResourceGroupsTaggingAPIClient) }, request, options);
  const arns: string[] = [];
  for await (const { ResourceARN } of each(pages, (page) => page.ResourceTagMappingList)) {
    arns.push(ResourceARN!);
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
    cost: unknownPart('its type is not known here'),
    removal: [],
  };
}
