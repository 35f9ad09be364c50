import type { AssemblyStack } from '../../assembly/cloud-assembly';
import { estimateTemplate } from '../../cost/estimate';
import { formatPerHour, formatUsd } from '../../cost/money';

/** What the stacks would cost where they are real. */
export function costOnAws(stacks: readonly AssemblyStack[], region: string): string {
  const estimates = stacks.map(({ template }) => estimateTemplate(template, { region }));
  const perHour = estimates.reduce((sum, estimate) => sum + estimate.perHour, 0);
  const runs = estimates.flatMap(({ perRun }) => perRun ?? []);
  const most = runs.reduce((sum, run) => sum + run, 0);
  const run = runs.length > 0 ? `, and at most ${formatUsd(most)} for each training run` : '';
  const unknown = estimates.flatMap((estimate) => estimate.unknown).length;
  const rest =
    unknown > 0
      ? `; not counted: ${unknown === 1 ? 'one cost' : `${unknown} costs`} that the templates do not tell (npm run review lists them)`
      : '';
  return `on AWS, ${region}: ${formatPerHour(perHour)} while deployed${run}${rest}`;
}
