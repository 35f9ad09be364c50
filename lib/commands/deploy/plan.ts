import type { AssemblyStack } from '../../assembly/cloud-assembly';
import type { Pricing } from '../review/cost-changes';
import { code, type ReviewDocument, type Text, text } from '../review/document';
import { reviewDocument } from '../review/review';

/** What is deployed, what would be, and where. */
export interface PlanProps {
  readonly deployed: readonly AssemblyStack[];
  readonly declared: readonly AssemblyStack[];
  readonly account: string;
  readonly pricing: Pricing;
  /** As YYYY-MM-DD. */
  readonly today: string;
}

/** What a deploy would do to what is deployed, as the review tells it; undefined if it would do nothing. */
export function deployPlan({
  deployed,
  declared,
  account,
  pricing,
  today,
}: PlanProps): ReviewDocument | undefined {
  const where: Text = text`Account ${code(account)}, region ${code(pricing.region)}: compared with what is deployed there.`;
  const document = reviewDocument({ before: deployed, after: declared, pricing, remarks: [where], today });
  return (
    document && {
      ...document,
      title: 'What this deploy does',
      // Property by property it is the same as `npx cdk diff`.
      sections: document.sections.filter(({ gravity }) => gravity > 0),
    }
  );
}
