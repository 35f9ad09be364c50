import { basename } from 'node:path';
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
import { readAssetContents } from '../../aws/asset-contents';
import { type KeptModel, keptModelProblem } from '../../training/job/kept-model';
import { compareContents, isSame, type ContentsChange } from './contents';
import { code, type Item, joined, list, paragraph, type Section, strong, type Text, text } from './document';
import type { Pricing } from './cost-changes';
import { gateChanges } from './gate-changes';
import { isUploaded, requestChanges } from './request-changes';

/** How many files of a kind are named. */
const MAX_NAMED_FILES = 5;

/** A project's training before and after a change. */
interface ProjectPair {
  readonly before: ProjectTemplate | undefined;
  readonly after: ProjectTemplate | undefined;
}

/** Does it retrain? Why, for how much at most, and what serves meanwhile. */
export function retrainingSection(
  before: readonly AssemblyStack[],
  after: readonly AssemblyStack[],
  pricing: Pricing,
  kept: ReadonlyMap<string, KeptModel>,
): Section {
  const pairs = pairProjects(before, after, pricing.region);
  const blocks = pairs.flatMap((pair) => {
    const job = pair.after?.trainingJob;
    const former = pair.before?.trainingJob;
    if (!job) {
      return former ? removedJob(former) : [];
    }
    const model = kept.get(job.namePrefix);
    if (model && trains(pair)) {
      return [
        paragraph(
          text`${strong('No')}: the model of this very training, of job ${code(model.jobName)}, is in the bucket, and is checked against the gate of ${code(job.stackName)}.`,
        ),
        ...keptProblem(model, job).map((problem) =>
          paragraph(text`${strong('The deploy fails')}: ${problem}.`),
        ),
        ...(former ? list(gateChanges(former, job)) : []),
      ];
    }
    if (!former) {
      return [
        paragraph(text`${strong('Yes')}: the training job of ${code(job.stackName)} is new.`),
        ...runLines(job, pair, pricing).map(paragraph),
      ];
    }
    if (job.namePrefix === former.namePrefix) {
      const gate = gateChanges(former, job);
      return [
        paragraph(text`${strong('No')}: nothing that makes the job of ${code(job.stackName)} changes.`),
        ...list(gate),
      ];
    }
    const reasons = retrainingReasons(former, job);
    return [
      paragraph(text`${strong('Yes')}: the job of ${code(job.stackName)} trains again.`),
      ...list([...reasons, ...gateChanges(former, job)]),
      ...runLines(job, pair, pricing).map(paragraph),
    ];
  });
  return {
    title: 'Does it retrain?',
    answers: [trainingAnswer(pairs, pricing, kept)],
    gravity: 1,
    blocks: blocks.length > 0 ? blocks : [paragraph(text`${strong('No')}: there is no training job.`)],
  };
}

function trainingAnswer(
  pairs: readonly ProjectPair[],
  { region, prices }: Pricing,
  kept: ReadonlyMap<string, KeptModel>,
): string {
  const changed = pairs.filter((pair) => pair.after?.trainingJob && trains(pair));
  const taken = changed.flatMap(({ after }) => {
    const job = after!.trainingJob!;
    const model = kept.get(job.namePrefix);
    return model ? [{ job, model }] : [];
  });
  const training = changed.filter(({ after }) => !kept.has(after!.trainingJob!.namePrefix));
  const costs = training.map(
    ({ after }) =>
      trainingRunCost(after!.trainingJob!.request as Readonly<Record<string, unknown>>, region, prices).most,
  );
  if (taken.some(({ job, model }) => keptProblem(model, job).length > 0)) {
    return 'fails: the gate refuses the model that is there';
  }
  if (training.length === 0) {
    return taken.length > 0 ? 'trains nothing: takes the model that is there' : 'trains nothing';
  }
  const verb = training.some(({ before }) => before?.trainingJob) ? 'retrains' : 'trains';
  const known = costs.filter((cost) => cost !== undefined);
  return known.length < costs.length
    ? `${verb}, for what is unknown`
    : `${verb}, at most ${formatUsd(known.reduce((sum, cost) => sum + cost, 0))}`;
}

/** Why a kept model fails the deploy that takes it; none if it passes the gate. */
function keptProblem(model: KeptModel, { minimumMetrics }: DeclaredTrainingJob): string[] {
  return [keptModelProblem(model, minimumMetrics)].filter((problem) => problem !== undefined);
}

function trains({ before, after }: ProjectPair): boolean {
  return after?.trainingJob?.namePrefix !== before?.trainingJob?.namePrefix;
}

/** The endpoints that get another model, once it has trained. */
export function retrainedEndpoints(
  before: readonly AssemblyStack[],
  after: readonly AssemblyStack[],
  region: string,
): DeclaredEndpoint[] {
  return pairProjects(before, after, region).flatMap((pair) => {
    return pair.after?.trainingJob && trains(pair) && pair.before?.endpoint && pair.after?.endpoint
      ? [pair.after.endpoint]
      : [];
  });
}

function pairProjects(
  before: readonly AssemblyStack[],
  after: readonly AssemblyStack[],
  region: string,
): ProjectPair[] {
  const former = projectsByName(before, region);
  const next = projectsByName(after, region);
  return [...new Set([...next.keys(), ...former.keys()])].map((name) => ({
    before: former.get(name),
    after: next.get(name),
  }));
}

function projectsByName(stacks: readonly AssemblyStack[], region: string): Map<string, ProjectTemplate> {
  return new Map(
    declaredProjects(stacks).map((project) => [project.name, readProjectTemplate(project, stacks, region)]),
  );
}

function removedJob(job: DeclaredTrainingJob) {
  return [
    paragraph(
      text`${strong('No')}: the training job of ${code(job.stackName)} is no longer declared. A run that lasts is stopped when it is deleted; the models of former runs stay in the bucket.`,
    ),
  ];
}

function retrainingReasons(before: DeclaredTrainingJob, after: DeclaredTrainingJob): Item[] {
  const reasons: Item[] = [
    ...requestChanges(before, after).map(({ property, before: former, after: next }) => ({
      text: text`${code(property)}: ${valueText(former)} → ${valueText(next)}`,
    })),
    ...sourceItems(before, after),
    ...datasetItems(before, after),
  ];
  return reasons.length > 0
    ? reasons
    : [{ text: text`its name: ${code(before.namePrefix)} → ${code(after.namePrefix)}` }];
}

function valueText(value: string | undefined): Text {
  return value === undefined ? ['none'] : [code(value)];
}

function sourceItems(before: DeclaredTrainingJob, after: DeclaredTrainingJob): Item[] {
  const [former, next] = [before, after].map(
    ({ request }) => request.HyperParameters?.sagemaker_submit_directory,
  );
  if (former === next) {
    return [];
  }
  return before.sourceArchive === undefined || after.sourceArchive === undefined
    ? [elsewhere(['script'])]
    : assetItems(before.sourceArchive, after.sourceArchive, ['script'], sourceItem);
}

/** Files that are not on this machine: of a stack that is deployed. */
function elsewhere(name: Text): Item {
  return { text: [...name, ': other files than those of the last deploy'] };
}

function sourceItem(change: ContentsChange): Item {
  const files = Object.values(change).flat() as string[];
  if (files.length === 1) {
    const [kind] = Object.entries(change).find(([, paths]) => (paths as string[]).length > 0)!;
    return { text: text`script: ${code(files[0]!)} ${kind}` };
  }
  return { text: ['script: ', ...counts(change)], items: fileLines(change) };
}

function datasetItems(before: DeclaredTrainingJob, after: DeclaredTrainingJob): Item[] {
  return [...after.channelDirectories].flatMap(([channel, asset]) => {
    const former = before.channelDirectories.get(channel);
    const name = text`dataset ${code(channel)}`;
    if (former === undefined && isUploaded(before, channel)) {
      return [elsewhere(name)];
    }
    return former === undefined
      ? []
      : assetItems(former, asset, name, (change) => ({
          text: [...name, ': ', ...counts(change)],
          items: fileLines(change),
        }));
  });
}

/** What is told of an asset that is another: its files, if both syntheses say what they are. */
function assetItems(
  before: string,
  after: string,
  name: Text,
  told: (change: ContentsChange) => Item,
): Item[] {
  if (basename(before) === basename(after)) {
    return [];
  }
  const [former, next] = [before, after].map(readAssetContents);
  const change = former && next && compareContents(former, next);
  if (!change) {
    return [{ text: [...name, ': another; which files the base has, its synthesis does not say'] }];
  }
  return isSame(change) ? [] : [told(change)];
}

function counts({ added, changed, removed }: ContentsChange): Text {
  const files = added.length === 1 ? 'file' : 'files';
  return [`${added.length} ${files} added, ${changed.length} changed, ${removed.length} removed`];
}

function fileLines(change: ContentsChange): Text[] {
  return Object.entries(change).flatMap(([kind, paths]: [string, readonly string[]]) => {
    if (paths.length === 0) {
      return [];
    }
    const named = joined(
      paths.slice(0, MAX_NAMED_FILES).map((path) => [code(path)]),
      ', ',
    );
    const more = paths.length > MAX_NAMED_FILES ? ` and ${paths.length - MAX_NAMED_FILES} more` : '';
    return [text`${kind}: ${named}${more}`];
  });
}

/** What a run costs, and what serves while it lasts. */
function runLines(job: DeclaredTrainingJob, pair: ProjectPair, { region, prices }: Pricing): Text[] {
  const run = trainingRunCost(job.request as Readonly<Record<string, unknown>>, region, prices);
  const limit =
    run.maxRuntimeInSeconds === undefined ? '' : ` for at most ${formatSeconds(run.maxRuntimeInSeconds)}`;
  const spot = run.spot ? ', on spot instances and so usually less' : '';
  const cost =
    run.most === undefined
      ? text`${strong('What a run costs is unknown')}`
      : text`A run costs ${strong(`at most ${formatUsd(run.most)}`)}: ${run.instances.join(', ')}${limit}${spot}`;
  const missing = run.most === undefined ? ': ' : '. Not in it, since unknown: ';
  const unknown = run.unknown.length === 0 ? '.' : `${missing}${run.unknown.join('; ')}.`;
  return [[...cost, unknown], ...servingLines(job, pair)];
}

function servingLines(job: DeclaredTrainingJob, { before, after }: ProjectPair): Text[] {
  const gate = joined(
    Object.entries(job.minimumMetrics).map(([metric, least]) => text`${code(metric)} ≥ ${String(least)}`),
    ', ',
  );
  const passing = gate.length > 0 ? text` and passed its gate (${gate})` : [];
  const endpoint = after?.endpoint;
  if (!endpoint) {
    return [];
  }
  if (!before?.endpoint || !before.trainingJob) {
    return [
      text`The endpoint ${code(endpoint.endpointName)} starts to serve once the model has trained${passing}.`,
    ];
  }
  return [
    text`Until the new model has trained${passing}, the endpoint ${code(endpoint.endpointName)} serves the model that it has; after a run that fails, it keeps it.`,
  ];
}
