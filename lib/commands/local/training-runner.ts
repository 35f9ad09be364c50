import type { CreateTrainingJobRequest } from '@aws-sdk/client-sagemaker';
import { accessSync, chmodSync, constants, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileBeginning } from '../../aws/file-beginning';
import { fileErrorText, withFileErrors } from '../../console/file-errors';
import { hostVariables } from './host-variables';
import { UserError } from '../../console/user-error';
import { PACKAGE_REPOSITORY } from '../../names';
import { writeWhole } from '../invoke/output-files';
import { ProcessGroup } from '../../python/process-group';
import {
  calledProcessError,
  ErrorWatch,
  failureReason,
  failureText,
  MAX_REASON_LENGTH,
} from './script-failure';
import { baseDirectory, CONTAINER_BASE, layOut, METRICS_FILE, pack } from './training-directories';
import { runEnvironment, type TrainingEnvironment, trainingEnvironment } from './training-environment';
import type {
  MetricsFile,
  TrainingEvent,
  TrainingJobDocument,
  TrainingResult,
} from './training-job-document';
import { TrainingLog } from './training-log';

/** How a job is followed and stopped. */
export interface TrainingRunOptions {
  readonly onEvent: (event: TrainingEvent) => void;
  /** What to wait for before more of the script's output is read. @default - nothing: events are dealt with at once */
  readonly busy?: () => Promise<unknown> | undefined;
  /** Stops the job: SIGTERM to the script and all that it started, SIGKILL after 120 s. */
  readonly stop: AbortSignal;
  /** Kills the script at once. */
  readonly kill: AbortSignal;
}

/** Starts a command that finds a directory at /opt/ml. */
const OPT_ML = join(__dirname, 'opt_ml.py');

/** Keeps the person's own credentials from a script: boto3 would find them in the home directory. */
const NO_CREDENTIALS = {
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
};

/** Of a long list so many are named. */
const MOST_NAMED = 10;

/** StopTrainingJob's patience, in milliseconds. */
const STOP_GRACE = 120_000;

/**
 * Runs a training job on this machine, under SageMaker's contract: tree, environment, arguments, metrics, failure
 * file, artifacts. Of a job with several instances only `algo-1` runs.
 * Throws UserError for a channel or source that is not there, and for a script that would write to the machine's own /opt/ml;
 * a script that fails is a result.
 */
export async function runTrainingJob(
  job: TrainingJobDocument,
  options: TrainingRunOptions,
): Promise<TrainingResult> {
  const { onEvent } = options;
  const status = (secondaryStatus: string, message: string) =>
    onEvent({ type: 'status', secondaryStatus, message });
  mkdirSync(job.outputDirectory, { recursive: true });
  const base = baseDirectory(job.outputDirectory);

  status('Downloading', 'Downloading the input data and the source');
  try {
    await withFileErrors(() =>
      layOut(job, {
        signal: AbortSignal.any([options.stop, options.kill]),
        onProgress: (text) => status('Downloading', text),
      }),
    );
  } catch (error) {
    if (!options.stop.aborted && !options.kill.aborted) {
      throw error;
    }
    // The run below ends before anything of the tree is used.
  }
  const environment = await trainingEnvironment(job);
  refuseHarm(environment);
  for (const [name, text] of Object.entries(environment.configFiles)) {
    writeFileSync(join(base, 'input/config', `${name}.json`), text);
  }
  const log = new TrainingLog(
    join(job.outputDirectory, 'training.log'),
    environment.metricDefinitions,
    onEvent,
  );
  log.notes([
    ...environment.standIns.notes,
    ...limitations(job.request),
    ...hardCoded(environment),
    ...awsWithoutCredentials(job, environment),
  ]);
  status('Training', 'Training image download completed. Training in progress');
  let end: RunEnd = { ...FAILED, exitCode: null };
  let modelArtifact: string | null = null;
  try {
    end = await new TrainingRun(job, environment, log, options).run();
    if (log.failure) {
      throw log.failure;
    }
    const metrics: MetricsFile = { metrics: log.metrics, finalMetrics: log.finalMetrics() };
    await writeWhole(join(job.outputDirectory, METRICS_FILE), `${JSON.stringify(metrics, null, 2)}\n`);
    if (!options.kill.aborted) {
      status('Uploading', 'Uploading generated training model');
      await pack(join(base, 'output/data'), join(job.outputDirectory, 'output.tar.gz'));
      if (end.trainingJobStatus !== 'Failed') {
        modelArtifact = await pack(join(base, 'model'), join(job.outputDirectory, 'model.tar.gz'));
      }
    }
  } catch (error) {
    const text = error instanceof UserError ? error.message : fileErrorText(error);
    if (text === undefined) {
      throw error;
    }
    end = { ...end, ...FAILED, failureReason: clientError(text) };
  } finally {
    log.close();
  }
  const finalMetrics = log.finalMetrics();
  const result: TrainingResult = { type: 'result', ...end, finalMetrics, modelArtifact };
  status(
    result.secondaryStatus,
    result.failureReason ?? `Training job ${result.trainingJobStatus.toLowerCase()}`,
  );
  onEvent(result);
  return result;
}

/** The FailureReason of what is not the script's fault. */
export function clientError(text: string): string {
  return `ClientError: ${text}`.slice(0, MAX_REASON_LENGTH);
}

const FAILED = { trainingJobStatus: 'Failed', secondaryStatus: 'Failed' } as const;

type RunEnd = Pick<TrainingResult, 'trainingJobStatus' | 'secondaryStatus' | 'failureReason' | 'exitCode'>;

/** The commands of one job: pip, where the source asks for it, and the entry point. */
class TrainingRun {
  private readonly base: string;
  private group?: ProcessGroup;
  private overtime = false;

  public constructor(
    private readonly job: TrainingJobDocument,
    private readonly environment: TrainingEnvironment,
    private readonly log: TrainingLog,
    private readonly options: TrainingRunOptions,
  ) {
    this.base = baseDirectory(job.outputDirectory);
  }

  public async run(): Promise<RunEnd> {
    const timers: NodeJS.Timeout[] = [];
    const end = () => {
      this.group?.kill('SIGTERM');
      timers.push(setTimeout(() => this.group?.kill('SIGKILL'), STOP_GRACE));
    };
    const kill = () => this.group?.kill('SIGKILL');
    this.options.stop.addEventListener('abort', end);
    this.options.kill.addEventListener('abort', kill);
    // The image has these: their installation is no part of the job's time.
    await this.installImagePackages();
    const seconds = this.job.request.StoppingCondition?.MaxRuntimeInSeconds;
    if (seconds !== undefined) {
      // Beyond 2^31 ms a timer would fire at once; SageMaker's own limit is 28 days.
      const overtime = () => {
        this.overtime = true;
        end();
      };
      timers.push(setTimeout(overtime, Math.min(seconds * 1000, 2 ** 31 - 1)));
    }
    try {
      return await this.install();
    } finally {
      timers.forEach((timer) => clearTimeout(timer));
      this.options.stop.removeEventListener('abort', end);
      this.options.kill.removeEventListener('abort', kill);
    }
  }

  private async installImagePackages(): Promise<void> {
    const { missingPackages: missing } = this.environment;
    if (missing) {
      const names = (JSON.parse(missing.at(-1)!) as { name: string; versions: string[] }[]).map(
        ({ name, versions }) => [name, ...versions.slice(0, 1)].join(' '),
      );
      this.log.notes([
        `installing what the image has and the script imports: ${names.join(', ')} (once; later runs find it)`,
      ]);
      const program = join(__dirname, 'install_image_packages.py');
      await this.execute([this.job.python, program, ...missing], hostVariables('install'));
    }
  }

  private async install(): Promise<RunEnd> {
    const { entryPoint, kind } = this.environment;
    const codeDirectory = join(this.base, 'code');
    const failure = await this.installSource(codeDirectory);
    if (this.interrupted) {
      return this.stopped(null);
    }
    if (failure) {
      return this.failed(failure, null);
    }
    if (!existsSync(join(codeDirectory, entryPoint)) && kind !== 'package' && kind !== 'algorithm') {
      const there = readdirSync(codeDirectory).join(', ') || 'nothing';
      const missing = `the entry point ${entryPoint} is not in the source; there is ${there}`;
      return this.failed(`ExecuteUserScriptError: ${missing}`, null);
    }
    return await this.train();
  }

  /**
   * Installs what the source asks for, by the toolkit's own one command: its requirements.txt with all its options, and
   * itself if it has a setup.py. Resolves with the text of the failure file, if it fails.
   */
  private async installSource(codeDirectory: string): Promise<string | undefined> {
    const { kind } = this.environment;
    const wanted = kind === 'package' ? ['.'] : [];
    // The toolkit leaves the requirements of a shell script to the script.
    if (kind !== 'command' && existsSync(join(codeDirectory, 'requirements.txt'))) {
      wanted.push('-r', 'requirements.txt');
    }
    if (wanted.length === 0) {
      return undefined;
    }
    const command = [join(runEnvironment(this.job), 'bin/python'), '-m', 'pip', 'install', ...wanted];
    const exitCode = await this.execute(command, hostVariables('install'));
    const name = kind === 'package' ? 'InstallModuleError' : 'InstallRequirementsError';
    return exitCode === 0 ? undefined : calledProcessError(name, exitCode, '', command);
  }

  private async train(): Promise<RunEnd> {
    const { environment, entryPoint, kind, command, tensorflow, standIns } = this.environment;
    if (kind === 'command') {
      chmodSync(join(this.base, 'code', entryPoint), 0o777);
    }
    const watches = { stdout: new ErrorWatch(), stderr: new ErrorWatch() };
    const host = hostVariables('script');
    const exitCode = await this.execute(
      command,
      {
        ...host,
        PYTHONUNBUFFERED: '1',
        ...standIns.variables,
        ...(this.job.aws ?? NO_CREDENTIALS),
        ...environment,
        PATH: [join(runEnvironment(this.job), 'bin'), dirname(this.job.python), host.PATH].join(delimiter),
        PYTHONPATH: [environment.PYTHONPATH, ...standIns.folders].join(delimiter),
      },
      (line, stream) => watches[stream].line(line),
    );
    if (this.interrupted) {
      return this.stopped(exitCode);
    }
    if (exitCode !== 0) {
      return this.failed(failureText({ exitCode, command, tensorflow, ...watches }), exitCode);
    }
    mkdirSync(join(this.base, 'output'), { recursive: true });
    writeFileSync(join(this.base, 'output/success'), '');
    return { trainingJobStatus: 'Completed', secondaryStatus: 'Completed', exitCode };
  }

  private get interrupted(): boolean {
    return this.overtime || this.options.stop.aborted || this.options.kill.aborted;
  }

  /** Runs one command in the code directory, its output to the log; resolves with its exit code. */
  private async execute(
    command: readonly string[],
    environment: Readonly<Record<string, string>>,
    onLine: (line: string, stream: 'stdout' | 'stderr') => void = () => {},
  ): Promise<number> {
    if (this.interrupted) {
      return -1;
    }
    const { atOptMl, codeDirectory } = this.environment;
    this.group = new ProcessGroup({
      python: this.job.python,
      command: atOptMl
        ? [this.job.python, '-I', '-S', OPT_ML, this.base, CONTAINER_BASE, codeDirectory, ...command]
        : command,
      cwd: join(this.base, 'code'),
      environment,
    });
    for (const stream of ['stdout', 'stderr'] as const) {
      const take = (line: string) => {
        onLine(line, stream);
        if (this.log.failure) {
          this.group?.kill('SIGKILL');
        }
      };
      this.log.read(this.group[stream], take, this.options.busy);
    }
    try {
      return await this.group.ended;
    } finally {
      this.group = undefined;
    }
  }

  private stopped(exitCode: number | null): RunEnd {
    return {
      trainingJobStatus: 'Stopped',
      secondaryStatus: this.overtime ? 'MaxRuntimeExceeded' : 'Stopped',
      exitCode,
    };
  }

  private failed(text: string, exitCode: number | null): RunEnd {
    // A script may tell its failure itself: the toolkit leaves its file alone.
    const file = join(this.base, 'output/failure');
    if (!existsSync(file)) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    const failure = fileBeginning(file, 4 * MAX_REASON_LENGTH).toString();
    return { ...FAILED, failureReason: failureReason(failure), exitCode };
  }
}

/** What this machine does not do as SageMaker would, in the log for the person to see. */
function limitations(request: CreateTrainingJobRequest): string[] {
  const groups = request.ResourceConfig?.InstanceGroups;
  const count = groups
    ? groups.reduce((sum, group) => sum + (group.InstanceCount ?? 1), 0)
    : (request.ResourceConfig?.InstanceCount ?? 1);
  const { HyperParameters: toolkit = {}, Environment: variables = {} } = request;
  const all: readonly (readonly [differs: unknown, note: string])[] = [
    [count > 1, `the job has ${count} instances; here runs algo-1 alone`],
    [toolkit.sagemaker_mpi_enabled === 'true', 'the job uses MPI; here runs one process without it'],
    [
      request.EnableNetworkIsolation,
      'the job reaches no network (enableNetworkIsolation); here it reaches what this machine does',
    ],
    [
      toolkit.sagemaker_torch_distributed_enabled === 'true',
      'the job starts by torchrun, a process for each GPU; here runs one process without it',
    ],
    [
      variables[PACKAGE_REPOSITORY],
      `requirements.txt is installed from what pip is configured for here, not from ${PACKAGE_REPOSITORY}`,
    ],
  ];
  return all.filter(([differs]) => differs).map(([, note]) => note);
}

/** What names paths below /opt/ml where there are none, a line each. */
function hardCoded({ hardCodedPaths: paths }: TrainingEnvironment): string[] {
  const more = paths.length - MOST_NAMED;
  return [
    ...paths
      .slice(0, MOST_NAMED)
      .map(
        ({ where, path, instead }) =>
          `${where}: ${path} is not there on this machine; ${instead} is the same here and on SageMaker`,
      ),
    ...(more > 0 ? [`and ${more} more paths below ${CONTAINER_BASE}`] : []),
  ];
}

/** @throws UserError where a script that names /opt/ml might find the machine's own, and write to it */
function refuseHarm(environment: TrainingEnvironment): void {
  const found = hardCoded(environment);
  if (found.length === 0) {
    return;
  }
  try {
    const place = [CONTAINER_BASE, dirname(CONTAINER_BASE), '/'].find(existsSync)!;
    accessSync(place, constants.W_OK);
  } catch {
    return;
  }
  throw new UserError(
    `the script would write to this machine's own ${CONTAINER_BASE}, since the system allows no other (mount namespaces):\n${found.join('\n')}`,
  );
}

/** Where a script asks AWS, and no credentials are passed on to it. */
function awsWithoutCredentials({ aws }: TrainingJobDocument, { asksAws }: TrainingEnvironment): string[] {
  const told =
    "a job on SageMaker has its role's credentials; here the script has none, unless --aws-credentials passes yours on";
  return aws ? [] : asksAws.slice(0, 1).map((use) => `${use}: ${told}`);
}
