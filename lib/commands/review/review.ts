import { isDeepStrictEqual } from 'node:util';
import type { AssemblyStack } from '../../assembly/cloud-assembly';
import type { KeptModel } from '../../training/job/kept-model';
import { accessSection } from './access-changes';
import { costSection, type Pricing } from './cost-changes';
import { paragraph, type ReviewDocument, type Text } from './document';
import { replacementSection } from './replacements';
import { resourceDiffSection } from './resource-diff';
import { pairProjects, retrainedEndpoints, retrainingSection } from './retraining';
import { pairStacks } from './stack-pair';
import { unpatchedImageRemarks } from './unpatched-images';

/** Two syntheses of a project, to be compared. */
export interface ReviewProps {
  /** The stacks before the change; none if there was nothing to deploy. */
  readonly before: readonly AssemblyStack[];
  /** The stacks after the change. */
  readonly after: readonly AssemblyStack[];
  readonly pricing: Pricing;
  /** What is compared with what, and what a reader should know about it. */
  readonly remarks: readonly Text[];
  /** The models in the bucket that a gate refused, by what the names of their jobs begin with; none where nobody looked. */
  readonly kept?: ReadonlyMap<string, KeptModel>;
  /** The day of the review, as YYYY-MM-DD. */
  readonly today: string;
}

/** What a deploy of the change would do; undefined if it would do nothing. */
export function reviewDocument({
  before,
  after,
  pricing,
  remarks,
  kept = new Map(),
  today,
}: ReviewProps): ReviewDocument | undefined {
  // Archives, datasets and bundles are in the templates by the hash of their contents.
  const pairs = pairStacks(before, after);
  if (pairs.every((pair) => isDeepStrictEqual(pair.before?.template, pair.after?.template))) {
    return undefined;
  }
  const projects = pairProjects(before, after, pricing.region);
  return {
    title: 'What this change does when it is deployed',
    blocks: [...remarks, ...unpatchedImageRemarks(after, today)].map(paragraph),
    sections: [
      replacementSection(pairs, retrainedEndpoints(projects)),
      retrainingSection(projects, pricing, kept),
      costSection(pairs, pricing),
      accessSection(pairs),
      resourceDiffSection(pairs),
    ],
  };
}
