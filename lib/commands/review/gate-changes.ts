import type { DeclaredTrainingJob } from '../../assembly/project-template';
import { code, type Text, text } from './document';

/** What changes of a training job without training: its gate and its tags. */
export function gateChanges(before: DeclaredTrainingJob, after: DeclaredTrainingJob): Text[] {
  const metrics = [...new Set([before, after].flatMap((job) => Object.keys(job.minimumMetrics)))];
  const retrains = before.namePrefix !== after.namePrefix;
  return [
    ...metrics.flatMap((metric) => {
      const [former, next] = [before.minimumMetrics[metric], after.minimumMetrics[metric]];
      return former === next ? [] : [gateLine(metric, former, next, retrains)];
    }),
    ...(JSON.stringify(before.request.Tags) === JSON.stringify(after.request.Tags)
      ? []
      : [text`Its tags change in place.`]),
  ];
}

function gateLine(metric: string, before: unknown, after: unknown, retrains: boolean): Text {
  const value = (given: unknown) => (given === undefined ? ['none'] : [code(String(given))]);
  const isRaised = after !== undefined && !(Number(after) <= Number(before));
  const check = isRaised
    ? ': the deploy checks it against the metrics of the last run, and fails if they fall short'
    : ': a model that it refused lies in the bucket, and is checked against this one';
  return text`${code(`minimumMetrics.${metric}`)}: ${value(before)} → ${value(after)}. The gate alone never trains${retrains ? '' : check}.`;
}
