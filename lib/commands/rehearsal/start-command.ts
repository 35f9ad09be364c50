// `npm start`: the whole life of the stacks by the real CDK CLI in an AWS in memory, and an audit of what is left. rehearsal.ts
// has the steps; emulated-aws.ts starts the process of emulator.py; aws/ is that AWS, with a README of its own.

import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { PredictionResult } from '../invoke/predict-files';
import { costOnAws } from '../local/aws-cost';
import { frameworkPython, PYTHON_OPTION } from '../local/framework-python';
import { keyValues, RUN_OPTIONS, typed } from '../local/local-job';
import { ensurePythonEnvironment } from '../../python/python-environment';
import { containersOf, type Life, predictionSummary, Rehearsal, standInNotes } from './rehearsal';
import { type S3Data, s3Data } from './s3-data';
import { TRAINING_CHANGES, type TrainingChanges } from '../../training/training-changes';
import { chooseProject, declaredProjects } from '../../assembly/declared-projects';
import { CommandLine, PROJECT_OPTION } from '../../console/command-line';
import type { Command, CommandContext } from '../../console/main';
import { RUNTIME_REQUIREMENTS } from '../../python/requirements';
import { withRunLock } from '../../python/run-lock';
import { Steps } from '../../console/steps';
import { assumedRegion, synthesizeProject } from '../../assembly/synthesize';
import type { Terminal } from '../../console/terminal';
import { UserError } from '../../console/user-error';

/** What `start` was asked to do. */
export interface StartArguments extends TrainingChanges {
  /** Whose stacks are deployed, and no others. */
  readonly projectName: string | undefined;
  /** What lies in buckets of a person's own. */
  readonly s3: readonly S3Data[];
  readonly predict: readonly string[];
  readonly outDirectory: string;
  /** The interpreter that trains and serves; none chooses the framework's own environment. */
  readonly python: string | undefined;
  /** Whether the in-memory AWS stays, with everything deployed, until it is interrupted. */
  readonly keep: boolean;
}

/** The line of `npm start`. */
export const startLine = new CommandLine({
  name: 'npm start',
  summary: `Rehearses the whole life of bin/app.ts in an AWS in memory, on this machine, without an account and without Docker:
the CDK CLI bootstraps and deploys the stacks, the job trains, the endpoint predicts, the CDK CLI destroys all,
and everything that is left is listed.`,
  options: {
    ...PROJECT_OPTION,
    ...RUN_OPTIONS,
    channel: {
      ...RUN_OPTIONS.channel,
      description: 'data of this machine for a channel of the job, without the gate of the declared data',
    },
    s3: {
      type: 'string',
      multiple: true,
      value: 's3://BUCKET/PREFIX=DIR',
      description: 'data of this machine that a channel or the script finds in a bucket of yours',
    },
    out: {
      type: 'string',
      value: 'DIR',
      description: 'where the logs, the predictions and the report go (rehearsal)',
    },
    ...PYTHON_OPTION,
    keep: {
      type: 'boolean',
      description: 'leave all deployed until interrupted, to use cdk, aws and npm run invoke by hand',
    },
  },
  examples: [
    'npm start',
    'npm start -- --channel training=$HOME/photographs --hyperparameter epochs=5',
    'npm start -- --s3 s3://my-bucket/photographs=$HOME/photographs',
    'npm start -- --keep',
  ],
  read: (values): StartArguments => ({
    projectName: values.project,
    channels: keyValues('--channel', values.channel),
    hyperparameters: Object.fromEntries(
      Object.entries(keyValues('--hyperparameter', values.hyperparameter)).map(([key, text]) => [
        key,
        typed(text),
      ]),
    ),
    s3: s3Data(values.s3),
    predict: values.predict,
    outDirectory: values.out ?? 'rehearsal',
    python: values.python,
    keep: values.keep,
  }),
});

/** Rehearses what the app in `root` declares. */
export function startCommand(root: string): Command {
  return startLine.command(async (options, { terminal, signal }) => {
    const { python } = await ensurePythonEnvironment({
      requirements: RUNTIME_REQUIREMENTS,
      terminal,
      signal,
    });
    // What is wrong with the command line is said now, not after the training.
    const missing = options.predict.find((path) => !existsSync(path));
    if (missing !== undefined) {
      throw new UserError(`--predict: '${missing}' not found`);
    }
    const outDirectory = resolve(options.outDirectory);
    return withRunLock(outDirectory, signal, () =>
      rehearse(root, options, outDirectory, python, { terminal, signal }),
    );
  });
}

async function rehearse(
  root: string,
  options: StartArguments,
  outDirectory: string,
  python: string,
  { terminal, signal }: CommandContext,
): Promise<number> {
  const steps = new Steps(terminal);
  // What lies there of an earlier rehearsal would be taken for this one's.
  rmSync(join(outDirectory, 'report.html'), { force: true });
  const region = assumedRegion();
  const { projectName, channels, hyperparameters } = options;
  const changes: TrainingChanges = { projectName, channels, hyperparameters };
  const synthesized = await steps.run(
    'synthesize',
    () =>
      synthesizeProject(root, join(outDirectory, 'cdk.out'), {
        projectName,
        signal,
        changes: { [TRAINING_CHANGES]: changes },
      }),
    ({ stacks }) => stacks.map(({ name }) => name).join(', '),
  );
  const { project, directory: assembly } = synthesized;
  const chosen =
    projectName === undefined ? undefined : chooseProject(declaredProjects(synthesized.stacks), projectName);
  const stacks = chosen?.stacks ?? synthesized.stacks;
  if (Object.keys(options.channels).length > 0) {
    terminal.info('minimumMetrics of bin/app.ts are for its own data: no gate stops a model of --channel');
  }
  standInNotes(project).forEach((note) => terminal.info(note));
  const pythons: Record<string, string | null> = {};
  for (const { image, here } of containersOf(project)) {
    const given = { given: options.python, terminal, signal };
    pythons[image.split('/').at(-1)!] ??= here ? await frameworkPython(image, given) : null;
  }
  const rehearsal = new Rehearsal({
    project,
    stackNames: chosen?.stackNames,
    assembly,
    s3: options.s3,
    predict: options.predict.map((path) => resolve(path)),
    outDirectory,
    python,
    pythons,
    region,
    terminal,
    signal,
  });
  const cost = costOnAws(stacks, region);
  const report = async (life: Omit<Life, 'durations' | 'cost'>) => {
    const path = await rehearsal.report({ ...life, durations: steps.durations, cost });
    terminal.info(path ? `report: ${path}` : `logs: ${relative('', outDirectory)}`);
  };
  try {
    await steps.run(
      'start',
      () => rehearsal.start(),
      () => `an AWS in memory at ${rehearsal.aws.url}`,
    );
    const { predictions, failure } = await deployAndInvoke(rehearsal, steps, terminal);
    if (options.keep) {
      await report({ predictions, failure, decisions: await rehearsal.decisions() });
      terminal.info(keptMessage(rehearsal.aws.variables));
      const end = AbortSignal.any([signal, rehearsal.aws.gone]);
      await (end.aborted ? undefined : once(end, 'abort'));
      rehearsal.aws.gone.throwIfAborted();
      return 0;
    }
    await steps.run(
      'destroy',
      () => rehearsal.destroy(),
      () => 'all stacks',
    );
    const left = await steps.run(
      'audit',
      () => rehearsal.left(),
      () => 'everything of every service in the account',
    );
    const decisions = await rehearsal.decisions();
    terminal.info(cost);
    await report({ predictions, failure, decisions, left });
    for (const item of left) {
      terminal.result(`${item.service} ${item.region} ${item.type} ${item.name}`);
    }
    terminal.result(`${left.length} left`);
    const passed = failure === undefined && predictions.every(({ status }) => status === 'predicted');
    return passed && left.length === 0 && rehearsal.denials.size === 0 ? 0 : 1;
  } catch (error) {
    const failure = signal.aborted ? 'interrupted' : (error as Error).message;
    // A disk that is full does not take the report either: what comes first is the reason.
    await report({ predictions: [], failure }).catch(({ message }: Error) => terminal.info(message));
    throw error;
  } finally {
    await rehearsal.stop();
  }
}

/** The stacks' life up to their use. What fails is told, and is no reason not to destroy what there is. */
async function deployAndInvoke(
  rehearsal: Rehearsal,
  steps: Steps,
  terminal: Terminal,
): Promise<{ readonly predictions: PredictionResult[]; readonly failure?: string }> {
  await steps.run(
    'bootstrap',
    () => rehearsal.bootstrap(),
    () => 'cdk bootstrap',
  );
  try {
    await steps.run(
      'deploy',
      () => rehearsal.deploy(),
      (made) => made,
    );
    return { predictions: await steps.run('invoke', () => rehearsal.invoke(), predictionSummary) };
  } catch (error) {
    if (!(error instanceof UserError) || rehearsal.aws.gone.aborted) {
      throw error;
    }
    terminal.info(error.message);
    return { predictions: [], failure: error.message };
  }
}

function keptMessage(variables: Readonly<Record<string, string>>): string {
  const assignments = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return `kept until interrupted (Ctrl-C); to reach it from another terminal:

  export ${assignments.join(' \\\n    ')}
  npm run invoke -- FILE
  npx cdk diff
  npx cdk destroy --all
`;
}
