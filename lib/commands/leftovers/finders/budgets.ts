import { BudgetsClient, paginateDescribeBudgets } from '@aws-sdk/client-budgets';
import { each, type Finder } from '../finder';
import { awsCommand } from '../removal';

/** Budgets without actions: free. */
export const budgets: Finder = {
  type: 'AWS::Budgets::Budget',
  what: 'budgets',
  arns: /^budgets:budget\//,
  global: true,
  async *list({ client, names, options, partition, account }) {
    const pages = paginateDescribeBudgets({ client: client(BudgetsClient) }, { AccountId: account }, options);
    for await (const { BudgetName } of each(pages, ({ Budgets }) => Budgets)) {
      const name = BudgetName!;
      const budget = { 'account-id': account, 'budget-name': name };
      yield {
        name,
        arn: `arn:${partition}:budgets::${account}:budget/${name}`,
        isNamed: names.isOwn(name),
        removal: [awsCommand('budgets delete-budget', budget)],
      };
    }
  },
};
