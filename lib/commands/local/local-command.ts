// `npm run local`: trains, serves and predicts on this machine. TypeScript conducts (local-run.ts) and writes the report;
// training_container/ and serving_container/ are what SageMaker's containers do for a script and for a model, in Python.

import { join, resolve } from 'node:path';
import { costOnAws } from './aws-cost';
import { channelNotes, changedJob, filesToPredict, keyValues, RUN_OPTIONS } from './local-job';
import { LocalRun } from './local-run';
import { frameworkPython, PYTHON_OPTION, trainsHere } from './framework-python';
import { checkPort } from './port-check';
import { withRunLock } from '../../python/run-lock';
import { CommandLine, PROJECT_OPTION } from '../../console/command-line';
import type { Command } from '../../console/main';
import { readDeclaredProject } from '../../assembly/declared-app';
import { assumedRegion, synthesizeApp } from '../../assembly/synthesize';
import { UserError } from '../../console/user-error';

const DEFAULT_PORT = 8080;

/** The line of `npm run local`. */
export const localLine = new CommandLine({
  name: 'npm run local',
  summary:
    'Trains, serves and predicts on this machine what bin/app.ts declares, without AWS and without Docker.',
  options: {
    ...PROJECT_OPTION,
    ...RUN_OPTIONS,
    out: { type: 'string', value: 'DIR', description: 'where everything goes (local)' },
    serve: {
      type: 'boolean',
      value: '[PORT]',
      description: `keep serving until interrupted (port ${DEFAULT_PORT})`,
    },
    'aws-credentials': {
      type: 'boolean',
      description: 'let the script act on AWS with your own credentials, as it does there with its role',
    },
    ...PYTHON_OPTION,
    'skip-training': { type: 'boolean', description: 'serve the model of the last run' },
  },
  // `--serve 8080`: parseArgs knows no option with a value that may be left out.
  words: {},
  examples: [
    'npm run local',
    'npm run local -- --channel training=$HOME/photographs --hyperparameter epochs=5',
    'npm run local -- --skip-training --serve 8080',
  ],
  read: (values, [port, ...rest], problems) => {
    if (rest.length > 0 || (port !== undefined && !values.serve)) {
      problems.push(`'${rest[0] ?? port}' belongs to no option`);
    } else if (port !== undefined && !(/^\d+$/.test(port) && Number(port) <= 65_535)) {
      problems.push(`--serve '${port}' is not a port from 0 to 65535`);
    }
    return {
      projectName: values.project,
      channels: keyValues('--channel', values.channel),
      hyperparameters: keyValues('--hyperparameter', values.hyperparameter),
      predict: values.predict,
      outDirectory: values.out ?? 'local',
      serve: values.serve,
      port: values.serve ? Number(port ?? DEFAULT_PORT) : undefined,
      skipTraining: values['skip-training'],
      awsCredentials: values['aws-credentials'],
      python: values.python,
    };
  },
});

/** What the SDKs and the AWS CLI read of this environment; the files in the home directory they find themselves. */
function ownCredentials(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => name.startsWith('AWS_')) as [string, string][],
  );
}

/** Trains, serves and predicts on this machine what the template in `root` declares. */
export function localCommand(root: string): Command {
  return localLine.command(async (options, { terminal, signal }) => {
    // What is wrong with the command line is said now, not after the training.
    const predict = await filesToPredict(options.predict);
    if (options.port) {
      await checkPort(options.port);
    }
    const outDirectory = resolve(options.outDirectory);
    return await withRunLock(outDirectory, signal, async () => {
      terminal.info('synthesizing bin/app.ts');
      const { stacks } = await synthesizeApp(root, join(outDirectory, 'cdk.out'), signal);
      const project = readDeclaredProject(stacks, options.projectName);
      if (!project.trainingJob) {
        throw new UserError('bin/app.ts declares no training job; this command trains one');
      }
      if (!trainsHere(project.trainingJob.request)) {
        throw new UserError(
          `training: the container ${project.trainingJob.request.AlgorithmSpecification?.TrainingImage} does not run here (scripts and the algorithm XGBoost do), so what it learns and answers cannot be tried; npm start tries roles, deploy, events, gate and destroy with a stand-in for it, npx cdk deploy --all deploys it`,
        );
      }
      const { job, channels } = changedJob(project.trainingJob, options);
      channelNotes(options.channels).forEach((note) => terminal.info(note));
      const python = (image: string) => frameworkPython(image, { given: options.python, terminal, signal });
      return await new LocalRun({
        ...options,
        predict,
        project,
        trainingJob: job,
        channels,
        outDirectory,
        python: await python(job.request.AlgorithmSpecification?.TrainingImage ?? ''),
        servingPython: await python(
          project.endpoint?.image ?? job.request.AlgorithmSpecification?.TrainingImage ?? '',
        ),
        region: assumedRegion(),
        cost: costOnAws(stacks, assumedRegion()),
        aws: options.awsCredentials ? ownCredentials() : null,
        terminal,
        signal,
      }).run();
    });
  });
}
