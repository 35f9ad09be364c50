import { BudgetsClient, paginateDescribeBudgets } from '@aws-sdk/client-budgets';
import { partitionOf } from '../arn';
import { isGone } from '../failure';
import { each, type Finder } from '../finder';
import { awsGlobalCommand } from '../removal';

/** Budgets without actions: free. */
export const budgets: Finder = {
  type: 'AWS::Budgets::Budget',
  what: 'budgets',
  arns: /^budgets:budget\//,
  global: true,
  async *list({ client, names, options, region, account }) {
    const pages = paginateDescribeBudgets({ client: client(BudgetsClient) }, { AccountId: account }, options);
    try {
      for await (const { BudgetName } of each(pages, ({ Budgets }) => Budgets)) {
        const name = BudgetName!;
        const arn = `arn:${partitionOf(region)}:budgets::${account}:budget/${name}`;
        const budget = { 'account-id': account, 'budget-name': name };
        const removal = [awsGlobalCommand('budgets delete-budget', budget)];
        yield { name, arn, isNamed: names.isOwn(name), removal };
      }
    } catch (error) {
      // An account that never had a budget answers so.
      if (!isGone(error)) {
        throw error;
      }
    }
  },
};
