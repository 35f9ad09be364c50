import { BudgetsClient, paginateDescribeBudgets } from '@aws-sdk/client-budgets';
import { partitionOf } from '../arn';
import { isGone } from '../failure';
import type { Finder } from '../finder';
import { FREE } from '../leftover';
import { awsGlobalCommand } from '../removal';

/** Budgets without actions: free. */
export const budgets: Finder = {
  what: 'budgets',
  arns: /^budgets:budget\//,
  global: true,
  async *find(search) {
    const client = search.client(BudgetsClient);
    const request = { AccountId: search.account };
    try {
      for await (const page of paginateDescribeBudgets({ client }, request, search.options)) {
        for (const { BudgetName } of page.Budgets ?? []) {
          const name = BudgetName!;
          const own = search.owned.recognise({
            type: 'AWS::Budgets::Budget',
            name,
            arn: `arn:${partitionOf(search.region)}:budgets::${search.account}:budget/${name}`,
            isNamed: search.names.isOwn(name),
            removal: [
              awsGlobalCommand('budgets delete-budget', {
                'account-id': search.account,
                'budget-name': name,
              }),
            ],
          });
          if (own) {
            yield { type: 'AWS::Budgets::Budget', name, ...own, detail: '', cost: FREE };
          }
        }
      }
    } catch (error) {
      // An account that never had a budget answers so.
      if (!isGone(error)) {
        throw error;
      }
    }
  },
};
