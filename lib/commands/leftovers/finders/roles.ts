import { IAMClient, paginateGetAccountAuthorizationDetails, type RoleDetail } from '@aws-sdk/client-iam';
import type { Finder } from '../finder';
import { FREE } from '../leftover';
import { awsGlobalCommand } from '../removal';
import { PROJECT_TAG } from '../../../names';

/** IAM roles: free. The tagging API does not know them, and this call alone lists them with their tags. */
export const roles: Finder = {
  what: 'roles',
  arns: /^iam:role\//,
  global: true,
  async *find(search) {
    const client = search.client(IAMClient);
    const request = { Filter: ['Role' as const] };
    for await (const page of paginateGetAccountAuthorizationDetails({ client }, request, search.options)) {
      for (const role of page.RoleDetailList ?? []) {
        const name = role.RoleName!;
        const own = search.owned.recognise({
          type: 'AWS::IAM::Role',
          name,
          arn: role.Arn,
          isNamed: search.names.isGenerated(name),
          isTagged: role.Tags?.some(
            ({ Key, Value }) => Key === PROJECT_TAG && Value === search.names.project,
          ),
          removal: removal(role),
        });
        if (own) {
          yield { type: 'AWS::IAM::Role', name, arn: role.Arn, ...own, detail: '', cost: FREE };
        }
      }
    }
  },
};

/** A role goes only without its policies and outside of instance profiles. */
function removal(role: RoleDetail): string[] {
  const name = { 'role-name': role.RoleName! };
  return [
    ...(role.InstanceProfileList ?? []).map(({ InstanceProfileName }) =>
      awsGlobalCommand('iam remove-role-from-instance-profile', {
        'instance-profile-name': InstanceProfileName!,
        ...name,
      }),
    ),
    ...(role.AttachedManagedPolicies ?? []).map(({ PolicyArn }) =>
      awsGlobalCommand('iam detach-role-policy', { ...name, 'policy-arn': PolicyArn! }),
    ),
    ...(role.RolePolicyList ?? []).map(({ PolicyName }) =>
      awsGlobalCommand('iam delete-role-policy', { ...name, 'policy-name': PolicyName! }),
    ),
    awsGlobalCommand('iam delete-role', name),
  ];
}
