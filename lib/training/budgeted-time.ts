import type { StoppingCondition } from '@aws-sdk/client-sagemaker';
import { Aws, CfnMapping, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { budgetProblems, secondsByRegion, type TrainingBudget } from '../cost/budget';
import { stoppingCondition, type TimeProps } from './training-time';

/**
 * When SageMaker stops a job that has a budget: as soon as it has cost that much by the prices of the stack's region.
 * Where the region is known only at deploy, a mapping in the template has the times by region; in a region without a price
 * CloudFormation refuses the template (`Unable to get mapping`), and `npm run prices -- --region REGION` adds it.
 *
 * @throws Error where the region is known and the budget pays for no run in it
 */
export function budgetedTime(scope: Construct, props: TimeProps, budget: TrainingBudget): StoppingCondition {
  const { region } = Stack.of(scope);
  const paid = secondsByRegion(budget);
  if (!Token.isUnresolved(region)) {
    const seconds = paid.get(region);
    if (seconds === undefined) {
      throw new Error(budgetProblems(budget, region).join('; '));
    }
    return stoppingCondition(props, seconds);
  }
  const mapping = new CfnMapping(scope, 'BudgetedTime', {
    mapping: Object.fromEntries(
      [...paid].map(([name, seconds]) => [name, asText(stoppingCondition(props, seconds))]),
    ),
  });
  const time = (field: keyof StoppingCondition) => Token.asNumber(mapping.findInMap(Aws.REGION, field));
  return {
    MaxRuntimeInSeconds: time('MaxRuntimeInSeconds'),
    ...(props.spot ? { MaxWaitTimeInSeconds: time('MaxWaitTimeInSeconds') } : {}),
    MaxPendingTimeInSeconds: props.spot ? undefined : props.maxPendingTime?.toSeconds(),
  };
}

/** A mapping holds text and lists alone. */
function asText(condition: StoppingCondition): Record<string, string> {
  return Object.fromEntries(
    Object.entries(condition).flatMap(([field, seconds]) =>
      // It is the same in all regions.
      field === 'MaxPendingTimeInSeconds' ? [] : [[field, String(seconds)]],
    ),
  );
}
