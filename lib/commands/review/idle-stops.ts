import type { CostEstimate } from '../../cost/estimate';
import { formatPerHour, formatPerMonth } from '../../cost/money';
import type { AssemblyStack } from '../../assembly/cloud-assembly';
import { asRecord, asRecords } from '../../aws/template';
import { code, strong, type Text, text } from './document';
import { resourceName, type StackPair } from './stack-pair';

/** Something that nothing stops any more. */
export interface DroppedIdleStop {
  readonly what: 'endpoint' | 'notebook';
  readonly warning: Text;
}

/** What a stack loses that ended its costs when nobody used it: from now on a person must. */
export function droppedIdleStops(pair: StackPair, after: CostEstimate): DroppedIdleStop[] {
  const isDropped = (action: string) =>
    pair.after && allows(pair.before, action) && !allows(pair.after, action);
  const warn = (what: DroppedIdleStop['what'], name: Text, perHour: number) => ({
    what,
    warning: text`${strong('Nothing stops it any more')}: ${name} no longer ends when it is idle, and costs ${formatPerHour(perHour)} (${formatPerMonth(perHour)}) until a person ends it.`,
  });
  const notebooks = after.resources.filter(({ type }) => type === 'AWS::SageMaker::NotebookInstance');
  return [
    ...(isDropped('cloudformation:DeleteStack')
      ? [warn('endpoint', text`the stack ${code(pair.name)}`, after.perHour)]
      : []),
    ...(isDropped('sagemaker:StopNotebookInstance')
      ? notebooks.map(({ logicalId, perHour = 0 }) =>
          warn('notebook', [code(resourceName(pair, logicalId))], perHour),
        )
      : []),
  ];
}

/** Whether a policy of a stack allows an action that only what ends idle things has any use for. */
function allows(stack: AssemblyStack | undefined, action: string): boolean {
  return Object.values(stack?.template.Resources ?? {})
    .filter(({ Type }) => Type.startsWith('AWS::IAM::'))
    .flatMap(({ Properties = {} }) => [Properties, ...asRecords(Properties.Policies)])
    .flatMap(({ PolicyDocument }) => asRecords(asRecord(PolicyDocument)?.Statement))
    .some(({ Effect, Action }) => Effect === 'Allow' && [Action].flat().includes(action));
}
