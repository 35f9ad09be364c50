import { formatSeconds, formatUsd } from '../../cost/money';
import { trainingRunCost } from '../../cost/training-run-cost';
import type { AssemblyStack } from '../../assembly/cloud-assembly';
import { declaredProjects } from '../../assembly/declared-projects';
import {
  type DeclaredEndpoint,
  type DeclaredTrainingJob,
  readProjectTemplate,
  type ProjectTemplate,
} from '../../assembly/project-template';
import { readAssetContents } from '../../aws/directory-contents';
import { type KeptModel, keptModelProblem } from '../../training/job/kept-model';
import { compareContents, type ContentsChange } from './contents';
import {
  type Block,
  code,
  type Item,
  joined,
  list,
  paragraph,
  type Section,
  strong,
  type Text,
  text,
} from './document';
import type { Pricing } from './cost-changes';
import { gateChanges } from './gate-changes';
import { requestChanges, uploadUri } from './request-changes';

/** How many files of a kind are named. */
const MAX_NAMED_FILES = 5;

/** A project before and after a change. */
export interface ProjectPair {
  readonly before: ProjectTemplate | undefined;
  readonly after: ProjectTemplate | undefined;
}

/** The projects of two syntheses, paired by name: those that are no longer declared last. */
export function pairProjects(
  before: readonly AssemblyStack[],
  after: readonly AssemblyStack[],
  region: string,
): ProjectPair[] {
  const [former, next] = [before, after].map(
    (stacks) =>
      new Map(
        declaredProjects(stacks).map((project) => [
          project.name,
          readProjectTemplate(project, stacks, region),
        ]),
      ),
  );
  return [...new Set([...next!.keys(), ...former!.keys()])].map((name) => ({
    before: former!.get(name),
    after: next!.get(name),
  }));
}

/** The endpoints that get another model, once it has trained. */
export function retrainedEndpoints(pairs: readonly ProjectPair[]): DeclaredEndpoint[] {
  return pairs.flatMap((pair) =>
    begunJob(pair) && pair.before?.endpoint && pair.after?.endpoint ? [pair.after.endpoint] : [],
  );
}

/** The job that a deploy begins, unless its model lies in the bucket. */
function begunJob({ before, after }: ProjectPair): DeclaredTrainingJob | undefined {
  const job = after?.trainingJob;
  return job?.namePrefix === before?.trainingJob?.namePrefix ? undefined : job;
}

/** Does it retrain? Why, for how much at most, and what serves meanwhile. */
export function retrainingSection(
  pairs: readonly ProjectPair[],
  pricing: Pricing,
  kept: ReadonlyMap<string, KeptModel>,
): Section {
  const blocks = pairs.flatMap((pair) => projectBlocks(pair, pricing, kept));
  return {
    title: 'Does it retrain?',
    answers: [trainingAnswer(pairs, pricing, kept)],
    gravity: 1,
    blocks: blocks.length > 0 ? blocks : [paragraph(text`${strong('No')}: there is no training job.`)],
  };
}

function trainingAnswer(
  pairs: readonly ProjectPair[],
  pricing: Pricing,
  kept: ReadonlyMap<string, KeptModel>,
): string {
  const begun = pairs.flatMap((pair) => {
    const job = begunJob(pair);
    return job ? [{ job, former: pair.before?.trainingJob, model: kept.get(job.namePrefix) }] : [];
  });
  if (begun.some(({ job, model }) => model && keptModelProblem(model, job.minimumMetrics))) {
    return 'fails: the gate refuses the model that is there';
  }
  const training = begun.filter(({ model }) => !model);
  if (training.length === 0) {
    return begun.length > 0 ? 'trains nothing: takes the model that is there' : 'trains nothing';
  }
  const verb = training.some(({ former }) => former) ? 'retrains' : 'trains';
  const costs = training.map(({ job }) => runCost(job, pricing).most);
  return costs.every((cost) => cost !== undefined)
    ? `${verb}, at most ${formatUsd(costs.reduce((sum, cost) => sum + cost, 0))}`
    : `${verb}, for what is unknown`;
}

function projectBlocks(pair: ProjectPair, pricing: Pricing, kept: ReadonlyMap<string, KeptModel>): Block[] {
  const [former, job] = [pair.before?.trainingJob, pair.after?.trainingJob];
  if (!job) {
    return former
      ? [
          paragraph(
            text`${strong('No')}: the training job of ${code(former.stackName)} is no longer declared. A run that lasts is stopped when it is deleted; the models of former runs stay in the bucket.`,
          ),
        ]
      : [];
  }
  const name = code(job.stackName);
  const gate = former ? gateChanges(former, job) : [];
  if (!begunJob(pair)) {
    return [paragraph(text`${strong('No')}: nothing that makes the job of ${name} changes.`), ...list(gate)];
  }
  const model = kept.get(job.namePrefix);
  if (model) {
    const problem = keptModelProblem(model, job.minimumMetrics);
    return [
      paragraph(
        text`${strong('No')}: the model of this very training, of job ${code(model.jobName)}, is in the bucket, and is checked against the gate of ${name}.`,
      ),
      ...(problem ? [paragraph(text`${strong('The deploy fails')}: ${problem}.`)] : []),
      ...list(gate),
    ];
  }
  return [
    paragraph(
      former
        ? text`${strong('Yes')}: the job of ${name} trains again.`
        : text`${strong('Yes')}: the training job of ${name} is new.`,
    ),
    ...list(former ? [...retrainingReasons(former, job), ...gate] : []),
    paragraph(runLine(job, pricing)),
    ...servingLines(job, pair).map(paragraph),
  ];
}

function retrainingReasons(before: DeclaredTrainingJob, after: DeclaredTrainingJob): Item[] {
  const value = (given: string | undefined): Text => (given === undefined ? ['none'] : [code(given)]);
  const reasons = [
    ...requestChanges(before, after).map(({ property, before: former, after: next }) => ({
      text: text`${code(property)}: ${value(former)} → ${value(next)}`,
    })),
    ...uploadReason(['script'], before, after, (job) => [
      job.request.HyperParameters?.sagemaker_submit_directory,
      job.sourceArchive,
    ]),
    ...[...after.channelDirectories.keys()].flatMap((channel) =>
      uploadReason(text`dataset ${code(channel)}`, before, after, (job) => [
        uploadUri(job, channel),
        job.channelDirectories.get(channel),
      ]),
    ),
  ];
  return reasons.length > 0
    ? reasons
    : [{ text: text`its name: ${code(before.namePrefix)} → ${code(after.namePrefix)}` }];
}

/**
 * What is told of files that a deploy uploads, if they are others: which, where both syntheses say it.
 * @param of where a job has them, and the asset on this machine; undefined where there is none
 */
function uploadReason(
  name: Text,
  before: DeclaredTrainingJob,
  after: DeclaredTrainingJob,
  of: (job: DeclaredTrainingJob) => readonly [uri: string | undefined, asset: string | undefined],
): Item[] {
  const [formerUri, former] = of(before);
  const [nextUri, next] = of(after);
  if (formerUri === undefined || nextUri === undefined || formerUri === nextUri) {
    return [];
  }
  if (former === undefined || next === undefined) {
    return [{ text: text`${name}: other files than those of the last deploy` }];
  }
  const [formerFiles, nextFiles] = [former, next].map(readAssetContents);
  return [
    formerFiles && nextFiles
      ? filesItem(name, compareContents(formerFiles, nextFiles))
      : { text: text`${name}: another; which files the base has, its synthesis does not say` },
  ];
}

/** Which files changed: one in the same line, more of them by kinds below it. */
function filesItem(name: Text, change: ContentsChange): Item {
  const { added, changed, removed } = change;
  const kinds = Object.entries({ added, changed, removed }).filter(([, paths]) => paths.length > 0);
  const [first, ...others] = kinds.flatMap(([kind, paths]) => paths.map((path) => ({ kind, path })));
  if (first && others.length === 0) {
    return { text: text`${name}: ${code(first.path)} ${first.kind}` };
  }
  const files = added.length === 1 ? 'file' : 'files';
  return {
    text: text`${name}: ${String(added.length)} ${files} added, ${String(changed.length)} changed, ${String(removed.length)} removed`,
    items: kinds.map(([each, paths]) => {
      const named = joined(
        paths.slice(0, MAX_NAMED_FILES).map((file) => [code(file)]),
        ', ',
      );
      const more = paths.length > MAX_NAMED_FILES ? ` and ${paths.length - MAX_NAMED_FILES} more` : '';
      return text`${each}: ${named}${more}`;
    }),
  };
}

function runCost(job: DeclaredTrainingJob, { region, prices }: Pricing) {
  return trainingRunCost(job.request as Readonly<Record<string, unknown>>, region, prices);
}

function runLine(job: DeclaredTrainingJob, pricing: Pricing): Text {
  const run = runCost(job, pricing);
  const limit =
    run.maxRuntimeInSeconds === undefined ? '' : ` for at most ${formatSeconds(run.maxRuntimeInSeconds)}`;
  const spot = run.spot ? ', on spot instances and so usually less' : '';
  const cost =
    run.most === undefined
      ? text`${strong('What a run costs is unknown')}`
      : text`A run costs ${strong(`at most ${formatUsd(run.most)}`)}: ${run.instances.join(', ')}${limit}${spot}`;
  const missing = run.most === undefined ? ': ' : '. Not in it, since unknown: ';
  const unknown = run.unknown.length === 0 ? '.' : `${missing}${run.unknown.join('; ')}.`;
  return [...cost, unknown];
}

/** What serves while a run lasts. */
function servingLines(job: DeclaredTrainingJob, { before, after }: ProjectPair): Text[] {
  const gate = joined(
    Object.entries(job.minimumMetrics).map(([metric, least]) => text`${code(metric)} ≥ ${String(least)}`),
    ', ',
  );
  const passing = gate.length > 0 ? text` and passed its gate (${gate})` : [];
  if (!after?.endpoint) {
    return [];
  }
  const name = code(after.endpoint.endpointName);
  return [
    before?.endpoint && before.trainingJob
      ? text`Until the new model has trained${passing}, the endpoint ${name} serves the model that it has; after a run that fails, it keeps it.`
      : text`The endpoint ${name} starts to serve once the model has trained${passing}.`,
  ];
}
