import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { Construct } from 'constructs';
import { mailAddressProblems } from '../aws/mail-address';
import { PROJECT_TAG } from '../names';

/** What a project may cost in a month, and who is told. */
export interface MonthlyBudgetProps {
  /** USD per calendar month. */
  readonly amount: number;
  /** The mail address that AWS writes to. */
  readonly notify: string;
}

/** What is wrong with a monthly budget, in the names that a person typed. */
export function monthlyBudgetProblems({ amount, notify }: MonthlyBudgetProps): string[] {
  const problems = mailAddressProblems('monthlyBudget.notify', notify);
  // Below a cent AWS Budgets has nothing to compare with.
  return Number.isFinite(amount) && amount >= 0.01
    ? problems
    : [
        `monthlyBudget.amount: ${amount} is not a sum of US dollars from 0.01 on, such as 50; for no budget, leave monthlyBudget out`,
        ...problems,
      ];
}

/** Percentages of the amount at which AWS writes: of what was spent, and of what it forecasts for the whole month. */
const ACTUAL_THRESHOLDS = [50, 80, 100];
const FORECAST_THRESHOLD = 100;

/**
 * An alarm of AWS Budgets on the month's costs of all that has the project's tag: a mail at 50, 80 and 100 % of the amount, and
 * when the forecast for the month exceeds it. It stops nothing, and it is free, as are all budgets without actions (AWS Budgets' price list).
 *
 * AWS counts a tag's costs from when it is activated as a cost allocation tag in the billing console, updates them up to three
 * times a day, and forecasts after about five weeks of costs.
 */
export class MonthlyBudget extends Construct {
  /** The name that AWS Budgets shows. */
  public readonly budgetName: string;

  public constructor(
    scope: Construct,
    id: string,
    props: MonthlyBudgetProps & { readonly projectName: string },
  ) {
    super(scope, id);
    const mail = (notificationType: 'ACTUAL' | 'FORECASTED', threshold: number) => ({
      notification: {
        notificationType,
        comparisonOperator: 'GREATER_THAN',
        threshold,
        thresholdType: 'PERCENTAGE',
      },
      subscribers: [{ subscriptionType: 'EMAIL', address: props.notify }],
    });
    const budget = new CfnBudget(this, 'Resource', {
      budget: {
        // No name: another address replaces the budget, and CloudFormation makes the new one while there is the old one.
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: props.amount, unit: 'USD' },
        costFilters: { TagKeyValue: [`user:${PROJECT_TAG}$${props.projectName}`] },
      },
      notificationsWithSubscribers: [
        ...ACTUAL_THRESHOLDS.map((threshold) => mail('ACTUAL', threshold)),
        mail('FORECASTED', FORECAST_THRESHOLD),
      ],
    });
    this.budgetName = budget.ref;
  }
}
