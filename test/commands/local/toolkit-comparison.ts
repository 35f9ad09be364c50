import fc from 'fast-check';
import type { TrainingEnvironment } from '../../../lib/commands/local/training-environment';
import { hyperparameterProblems } from '../../../lib/training/hyperparameters';
import { type GeneratedJob, generatedJob } from './generated-jobs';
import { type OracleAnswer, PYTHON, type ToolkitOracle } from './toolkit-oracle';

const ARN = 'arn:aws:sagemaker:eu-west-1:123456789012:training-job/job-1';

/** What our program answers, asked in the oracle's process, since a thousand processes would take minutes. */
export async function ourEnvironment(
  oracle: ToolkitOracle,
  job: GeneratedJob,
): Promise<TrainingEnvironment & { error?: string }> {
  const answer = await oracle.ask({
    ours: {
      request: job.request,
      hostIndex: job.hostIndex,
      baseDirectory: oracle.baseDirectory,
      cpus: job.cpus,
      gpus: job.gpus,
      region: 'eu-west-1',
      trainingJobArn: ARN,
      python: PYTHON,
      codeFiles: job.codeFiles,
    },
  });
  return answer as TrainingEnvironment;
}

/** The script's arguments, as the toolkit names them in a variable too. */
export function argumentsOf(ours: TrainingEnvironment): string[] {
  return JSON.parse(ours.environment.SM_USER_ARGS!) as string[];
}

/** The question to the official toolkit for the same job. */
export function question(job: GeneratedJob, ours: TrainingEnvironment, code: Record<string, string>) {
  return {
    files: Object.fromEntries(
      Object.entries(ours.configFiles).map(([name, text]) => [name, JSON.parse(text) as unknown]),
    ),
    container: {
      ...job.request.Environment,
      AWS_REGION: 'eu-west-1',
      TRAINING_JOB_NAME: 'job-1',
      TRAINING_JOB_ARN: ARN,
    },
    cpus: job.cpus,
    gpus: job.gpus,
    toolkit: ours.tensorflow ? 'tensorflow' : 'general',
    code,
  };
}

/** Without what belongs to the oracle's own process, and the Python path down to what the toolkit put first. */
export function ofTheJob(environment: Record<string, string>): Record<string, string> {
  const {
    PATH: _,
    HOME: _home,
    LANG: _lang,
    LC_CTYPE: _type,
    SM_STUDIO_LOCAL_MODE: _mode,
    ...rest
  } = environment;
  return { ...rest, PYTHONPATH: rest.PYTHONPATH!.split(':')[0]! };
}

/** What starts the script: under MPI it comes after mpirun's options, through a module that takes no `--`. */
function scriptCommand(argv: string[], mpi: boolean): string[] {
  if (!mpi) {
    return argv;
  }
  const start = argv.includes('/bin/sh') ? argv.indexOf('/bin/sh') : argv.indexOf(PYTHON) + 1;
  const command = argv.slice(start);
  return command.slice(command[0] === '--' ? 1 : command[1] === 'mpi4py' ? 2 : 0);
}

/** What became of generated jobs. */
export interface Compared {
  readonly compared: number;
  readonly refused: number;
  readonly throughShell: number;
}

/** Compares environment and arguments of generated jobs with those of the official toolkits; jobs that they spoil must be refused. */
export async function compareGeneratedJobs(oracle: ToolkitOracle, numRuns: number): Promise<Compared> {
  const counts = { compared: 0, failed: 0, refused: 0, throughShell: 0 };
  await fc.assert(
    fc.asyncProperty(generatedJob, async (job) => {
      const problems = job.values && hyperparameterProblems(job.values);
      const ours = await ourEnvironment(oracle, job);
      const theirs = (await oracle.ask(
        question(job, ours, Object.fromEntries(job.codeFiles.map((file) => [file, '']))),
      )) as OracleAnswer;
      counts.refused += problems?.length ? 1 : 0;
      if (theirs.error) {
        counts.failed += 1;
        // A request that was written by hand did not pass our checks.
        if (problems?.length === 0) {
          throw new Error(`the toolkit fails, and nothing was refused: ${theirs.error}`);
        }
        return;
      }
      counts.compared += 1;
      expect(ours.environment).toEqual(ofTheJob(theirs.environment));
      expect(ours.codeDirectory).toBe(theirs.cwd);
      const mpi = theirs.argv[0] === 'mpirun';
      expect(scriptCommand([...ours.command], mpi)).toEqual(scriptCommand(theirs.argv, mpi));
      const scriptArguments = argumentsOf(ours);
      const accepted = problems?.length === 0 && scriptArguments.length > 0;
      counts.throughShell += accepted ? 1 : 0;
      for (const shell of accepted ? ['/bin/sh', '/bin/bash'] : []) {
        expect(await oracle.ask({ shell, arguments: scriptArguments })).toEqual(scriptArguments);
      }
    }),
    { numRuns },
  );
  return counts;
}
