import type { AssemblyStack } from '../../assembly/cloud-assembly';
import { type Block, code, type ReviewDocument, type Text, text } from '../review/document';
import { reviewDocument, type ReviewProps } from '../review/review';

/** What is deployed, what would be, and where. */
export interface PlanProps extends Omit<ReviewProps, 'before' | 'after' | 'remarks'> {
  readonly deployed: readonly AssemblyStack[];
  readonly declared: readonly AssemblyStack[];
  readonly account: string;
}

/** Lines of a list that are shown before a person is asked; the gravest come first. */
const LISTED = 6;

/** What a deploy would do to what is deployed, as the review tells it in short; undefined if it would do nothing. */
export function deployPlan({ deployed, declared, account, ...props }: PlanProps): ReviewDocument | undefined {
  const where: Text = text`Account ${code(account)}, region ${code(props.pricing.region)}: compared with what is deployed there.`;
  const document = reviewDocument({ ...props, before: deployed, after: declared, remarks: [where] });
  return (
    document && {
      ...document,
      title: 'What this deploy does',
      sections: document.sections
        // Property by property it is the same as `npx cdk diff`.
        .filter(({ gravity }) => gravity > 0)
        .map((section) => ({ ...section, blocks: section.blocks.flatMap(inShort) })),
    }
  );
}

/** Tables are wider than a terminal, and their total stands above them. */
function inShort(block: Block): Block[] {
  if (block.kind === 'table') {
    return [];
  }
  if (block.kind !== 'list' || block.items.length <= LISTED) {
    return [block];
  }
  const more = block.items.length - LISTED;
  return [
    {
      ...block,
      items: [
        ...block.items.slice(0, LISTED),
        { text: text`… and ${String(more)} more, as ${code('npx cdk diff')} tells` },
      ],
    },
  ];
}
