import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { inputFiles } from '../invoke/input-files';
import { changedJob, keyValues, type JobChanges } from './local-job';
import { LocalRun } from './local-run';
import { checkPort } from './port-check';
import { withRunLock } from '../../python/run-lock';
import { ensurePythonEnvironment } from '../../python/python-environment';
import type { Command } from '../../console/main';
import { DEFAULT_TENSORFLOW } from '../../names';
import { RUNTIME_REQUIREMENTS } from '../../python/requirements';
import { assumedRegion, synthesizeProject } from '../../assembly/synthesize';
import { UsageError, UserError } from '../../console/user-error';

/** What `local` was asked to do. */
export interface LocalArguments extends JobChanges {
  readonly predict: readonly string[];
  readonly outDirectory: string;
  /** Whether the server stays until it is interrupted. */
  readonly serve: boolean;
  /** The server's port; none chooses a free one. */
  readonly port: number | undefined;
  readonly skipTraining: boolean;
}

const USAGE = `usage: npm run local -- [--channel NAME=DIR]... [--hyperparameter KEY=VALUE]... [--predict FILE|DIR]...
                        [--out DIR] [--serve [PORT]] [--skip-training]

Trains, serves and predicts on this machine what bin/app.ts declares, without AWS and without Docker.

  --channel NAME=DIR          data of this machine for a channel of the job
  --hyperparameter KEY=VALUE  another value for this run
  --predict FILE|DIR          what to predict (some photographs of the data)
  --out DIR                   where everything goes (local)
  --serve [PORT]              keep serving until interrupted (port 8080)
  --skip-training             serve the model of the last run

examples:
  npm run local
  npm run local -- --channel training=$HOME/photographs --hyperparameter epochs=5
  npm run local -- --skip-training --serve 8080`;

const DEFAULT_PORT = 8080;

/** Reads the command line. @throws UsageError */
export function parseLocalArguments(argv: readonly string[]): LocalArguments | 'help' {
  const { values, positionals } = parsed(argv);
  if (values.help) {
    return 'help';
  }
  // `--serve 8080`: parseArgs knows no option with a value that may be left out.
  const [port, ...rest] = positionals;
  if (rest.length > 0 || (port !== undefined && !values.serve)) {
    throw new UsageError(`'${rest[0] ?? port}' belongs to no option\n\n${USAGE}`);
  }
  if (port !== undefined && !(/^\d+$/.test(port) && Number(port) <= 65_535)) {
    throw new UsageError(`--serve '${port}' is not a port from 0 to 65535`);
  }
  return {
    channels: keyValues('--channel', values.channel ?? []),
    hyperparameters: keyValues('--hyperparameter', values.hyperparameter ?? []),
    predict: values.predict ?? [],
    outDirectory: values.out ?? 'local',
    serve: values.serve ?? false,
    port: values.serve ? Number(port ?? DEFAULT_PORT) : undefined,
    skipTraining: values['skip-training'] ?? false,
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        channel: { type: 'string', multiple: true },
        hyperparameter: { type: 'string', multiple: true },
        predict: { type: 'string', multiple: true },
        out: { type: 'string' },
        serve: { type: 'boolean' },
        'skip-training': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

/** The files that --predict names. @throws UserError naming what is not there, or holds nothing to predict */
async function filesToPredict(paths: readonly string[]): Promise<string[]> {
  const missing = paths.filter((path) => !existsSync(path));
  if (missing.length > 0) {
    throw new UserError(`--predict: ${missing.map((path) => `'${path}'`).join(', ')} not found`);
  }
  return inputFiles(paths);
}

/** Trains, serves and predicts on this machine what the template in `root` declares. */
export function localCommand(root: string): Command {
  return async (argv, { terminal, signal }) => {
    const options = parseLocalArguments(argv);
    if (options === 'help') {
      terminal.result(USAGE);
      return 0;
    }
    const { python } = await ensurePythonEnvironment({
      requirements: RUNTIME_REQUIREMENTS,
      terminal,
      signal,
    });
    // What is wrong with the command line is said now, not after the training.
    const predict = await filesToPredict(options.predict);
    if (options.port) {
      await checkPort(options.port);
    }
    const outDirectory = resolve(options.outDirectory);
    return await withRunLock(outDirectory, signal, async () => {
      terminal.info('synthesizing bin/app.ts');
      const { project } = await synthesizeProject(root, join(outDirectory, 'cdk.out'), {
        projectName: undefined,
        signal,
      });
      if (!project.trainingJob) {
        throw new UserError('bin/app.ts declares no training job; this command trains one');
      }
      const image = project.trainingJob.request.AlgorithmSpecification?.TrainingImage ?? '';
      if (!image.includes(`:${DEFAULT_TENSORFLOW}.`)) {
        terminal.info(
          `the script runs with TensorFlow ${DEFAULT_TENSORFLOW} here; the declared image is ${image.split('/').at(-1)}`,
        );
      }
      const { job, channels } = changedJob(project.trainingJob, options);
      return await new LocalRun({
        ...options,
        predict,
        project,
        trainingJob: job,
        channels,
        outDirectory,
        python,
        region: assumedRegion(),
        terminal,
        signal,
      }).run();
    });
  };
}
