// `npm start`: the whole life of the stacks by the real CDK CLI in an AWS in memory, and an audit of what is left. rehearsal.ts
// has the steps; emulated-aws.ts starts the process of emulator.py; aws/ is that AWS, with a README of its own.

import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { costOnAws } from '../local/aws-cost';
import { frameworkPython, PYTHON_OPTION } from '../local/framework-python';
import { filesToPredict, keyValues, RUN_OPTIONS, typedValues } from '../local/local-job';
import { ensurePythonEnvironment } from '../../python/python-environment';
import { containersOf, Rehearsal } from './rehearsal';
import { s3Data } from './s3-data';
import { TRAINING_CHANGES, type TrainingChanges } from '../../training/training-changes';
import { chooseProject, declaredProjects } from '../../assembly/declared-projects';
import { CommandLine, PROJECT_OPTION } from '../../console/command-line';
import type { Command } from '../../console/main';
import { RUNTIME_REQUIREMENTS } from '../../python/requirements';
import { withRunLock } from '../../python/run-lock';
import { Steps } from '../../console/steps';
import { readDeclaredProject } from '../../assembly/declared-app';
import { assumedRegion, synthesizeApp } from '../../assembly/synthesize';

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
  read: (values) => ({
    projectName: values.project,
    channels: keyValues('--channel', values.channel),
    hyperparameters: typedValues(keyValues('--hyperparameter', values.hyperparameter)),
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
    const python = await ensurePythonEnvironment({ requirements: RUNTIME_REQUIREMENTS, terminal, signal });
    // What is wrong with the command line is said now, not after the training.
    await filesToPredict(options.predict);
    const outDirectory = resolve(options.outDirectory);
    return withRunLock(outDirectory, signal, async () => {
      const steps = new Steps(terminal);
      // What lies there of an earlier rehearsal would be taken for this one's.
      rmSync(join(outDirectory, 'report.html'), { force: true });
      const region = assumedRegion();
      const { projectName, channels, hyperparameters } = options;
      const changes: TrainingChanges = { projectName, channels, hyperparameters };
      const synthesized = await steps.run(
        'synthesize',
        () => synthesizeApp(root, join(outDirectory, 'cdk.out'), signal, { [TRAINING_CHANGES]: changes }),
        ({ stacks }) => stacks.map(({ name }) => name).join(', '),
      );
      const { directory: assembly } = synthesized;
      const project = readDeclaredProject(synthesized.stacks, projectName);
      const chosen =
        projectName === undefined
          ? undefined
          : chooseProject(declaredProjects(synthesized.stacks), projectName);
      const stacks = chosen?.stacks ?? synthesized.stacks;
      if (Object.keys(options.channels).length > 0) {
        terminal.info(
          'minimumMetrics of bin/app.ts are for its own data: no gate stops a model of --channel',
        );
      }
      const pythons: Record<string, string | null> = {};
      for (const { image, here } of containersOf(project)) {
        const given = { given: options.python, terminal, signal };
        pythons[image.split('/').at(-1)!] ??= here ? await frameworkPython(image, given) : null;
      }
      return new Rehearsal({
        ...options,
        steps,
        project,
        stackNames: chosen?.stackNames,
        assembly,
        predict: options.predict.map((path) => resolve(path)),
        outDirectory,
        python,
        pythons,
        region,
        cost: costOnAws(stacks, region),
        terminal,
        signal,
      }).run();
    });
  });
}
