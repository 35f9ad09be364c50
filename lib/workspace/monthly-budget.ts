import { Aws, CfnCondition, Fn, Stack, Token } from 'aws-cdk-lib';
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

/** Regions whose CloudFormation makes no budget: those for which cfn-lint's schemas have no AWS::Budgets::Budget. A test holds them equal. */
export const REGIONS_WITHOUT_BUDGETS: readonly string[] = [
  'af-south-1',
  'ap-east-1',
  'ap-east-2',
  'ap-northeast-3',
  'ap-south-2',
  'ap-southeast-3',
  'ap-southeast-4',
  'ap-southeast-5',
  'ap-southeast-6',
  'ap-southeast-7',
  'ca-west-1',
  'eu-central-2',
  'eu-north-1',
  'eu-south-1',
  'eu-south-2',
  'il-central-1',
  'me-central-1',
  'mx-central-1',
  'us-gov-east-1',
  'us-gov-west-1',
];

/**
 * What is wrong with a monthly budget, in the names that a person typed.
 * @param region the region of the stack; undefined when the app does not know it
 */
export function monthlyBudgetProblems(
  { amount, notify }: MonthlyBudgetProps,
  region: string | undefined,
): string[] {
  const problems = mailAddressProblems('monthlyBudget.notify', notify);
  if (region !== undefined && REGIONS_WITHOUT_BUDGETS.includes(region)) {
    problems.push(
      `monthlyBudget: CloudFormation makes no budgets in ${region}; leave it out, and make one in the billing console ` +
        `for the tag ${PROJECT_TAG}: a budget counts the costs of all regions`,
    );
  }
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
 * Where the region is known only at deploy, one that has no budgets gets none: the data is not to be held up by a mail.
 */
export class MonthlyBudget extends Construct {
  /** The name that AWS Budgets shows. */
  public readonly budgetName: string;
  /** Whether there is a budget; undefined where that is known already. */
  public readonly made: CfnCondition | undefined;

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
    this.made = regionHasBudgets(this);
    budget.cfnOptions.condition = this.made;
    this.budgetName = budget.ref;
  }
}

function regionHasBudgets(scope: Construct): CfnCondition | undefined {
  if (!Token.isUnresolved(Stack.of(scope).region)) {
    return undefined;
  }
  const without = REGIONS_WITHOUT_BUDGETS.map((region) => Fn.conditionEquals(Aws.REGION, region));
  return new CfnCondition(scope, 'Made', { expression: Fn.conditionNot(Fn.conditionOr(...without)) });
}
