import { IAMClient, paginateGetAccountAuthorizationDetails, type RoleDetail } from '@aws-sdk/client-iam';
import { each, type Finder } from '../finder';
import { awsCommand } from '../removal';

/** IAM roles: free. The tagging API does not know them, and this call alone lists them with their tags. */
export const roles: Finder = {
  type: 'AWS::IAM::Role',
  what: 'roles',
  arns: /^iam:role\//,
  global: true,
  async *list({ client, names, options }) {
    const request = { Filter: ['Role' as const] };
    const pages = paginateGetAccountAuthorizationDetails({ client: client(IAMClient) }, request, options);
    for await (const role of each(pages, ({ RoleDetailList }) => RoleDetailList)) {
      const name = role.RoleName!;
      const isTagged = names.isTagged(role.Tags);
      yield { name, arn: role.Arn, isNamed: names.isGenerated(name), isTagged, removal: removal(role) };
    }
  },
};

/** A role goes only without its policies and outside of instance profiles. */
function removal(role: RoleDetail): string[] {
  const name = { 'role-name': role.RoleName! };
  return [
    ...(role.InstanceProfileList ?? []).map(({ InstanceProfileName }) =>
      awsCommand('iam remove-role-from-instance-profile', {
        'instance-profile-name': InstanceProfileName!,
        ...name,
      }),
    ),
    ...(role.AttachedManagedPolicies ?? []).map(({ PolicyArn }) =>
      awsCommand('iam detach-role-policy', { ...name, 'policy-arn': PolicyArn! }),
    ),
    ...(role.RolePolicyList ?? []).map(({ PolicyName }) =>
      awsCommand('iam delete-role-policy', { ...name, 'policy-name': PolicyName! }),
    ),
    awsCommand('iam delete-role', name),
  ];
}
