import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as tar from 'tar';
import { printableName } from '../../aws/printable';
import { fileErrorText } from '../../console/file-errors';
import type { Terminal } from '../../console/terminal';
import { UserError } from '../../console/user-error';
import { payloadLimit } from '../invoke/payload-limit';
import { predictionSummary } from '../invoke/latency';
import { predictFiles, type PredictionResult } from '../invoke/predict-files';
import { UrlPredictor } from '../invoke/url-predictor';
import type { DeclaredEndpoint, DeclaredTrainingJob, ProjectTemplate } from '../../assembly/project-template';
import { MODEL_SCRIPT } from '../../endpoint/serving-script';
import { frameworkEnvironment, servesFromModel, servesHere } from './framework-python';
import { gateOutcomes } from './gate';
import { writeReport } from './report';
import { chooseSamples, refusedSample, type Samples } from './samples';
import { type ServingOptions, ServingProcess } from './serving-process';
import { baseDirectory, METRICS_FILE } from './training-directories';
import type { MetricsFile, TrainingResult } from './training-job-document';
import { TrainingProgress } from './training-progress';
import { runTrainingJob } from './training-runner';
import { wayOut } from './way-out';

/** What a local run does. */
export interface LocalRunOptions {
  readonly project: ProjectTemplate;
  /** The declared job with the channels and hyperparameters of this run. */
  readonly trainingJob: DeclaredTrainingJob;
  /** A directory or file by channel. */
  readonly channels: Readonly<Record<string, string>>;
  /** Files to predict; none chooses some of the training channel. */
  readonly predict: readonly string[];
  /** Whether the server stays until it is interrupted. */
  readonly serve: boolean;
  /** The server's port; none chooses a free one. */
  readonly port: number | undefined;
  /** Gets the /opt/ml tree, the artifacts, the predictions and the report. */
  readonly outDirectory: string;
  /** Whether the model of an earlier run is served instead of training one. */
  readonly skipTraining: boolean;
  /** Trains. */
  readonly python: string;
  /** Serves. */
  readonly servingPython: string;
  /** What the same would cost on AWS. */
  readonly cost: string;
  readonly region: string;
  /** The person's own credentials as variables, where the script is to have them. */
  readonly aws: Readonly<Record<string, string>> | null;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

const NO_MODEL =
  'the model cannot be served: the script wrote nothing to SM_MODEL_DIR: a model to serve goes there; a job without hosting needs none';

/** A training job and an endpoint of the template, run on this machine. */
export class LocalRun {
  private readonly durations: Record<string, number> = {};
  private readonly notes: string[] = [];
  /** How the training ended; nothing before it began. */
  private outcome: Pick<TrainingResult, 'trainingJobStatus' | 'failureReason'> | undefined;
  private reported = false;
  private lastLines: readonly string[] = [];
  private readonly samples: Samples;

  public constructor(private readonly options: LocalRunOptions) {
    const { predict: files, channels, outDirectory } = options;
    this.samples = files.length > 0 ? { files } : chooseSamples(channels, join(outDirectory, 'rows'));
  }

  /** The whole run, with its report in every outcome; returns its exit code. */
  public async run(): Promise<number> {
    const { outDirectory, signal, terminal } = this.options;
    // What lies there of an earlier run would be taken for this one's.
    rmSync(join(outDirectory, 'report.html'), { force: true });
    try {
      const exitCode = await this.attempt();
      await this.report([]);
      return exitCode;
    } catch (error) {
      const text = fileErrorText(error) ?? (error as Error).message;
      this.notes.push(`The run ended early: ${signal.aborted ? 'interrupted' : text}`);
      // A disk that is full does not take the report either: what comes first is the reason.
      await this.report([]).catch(({ message }: Error) => terminal.info(message));
      throw error;
    }
  }

  private async attempt(): Promise<number> {
    const { project, serve, predict, skipTraining, trainingJob } = this.options;
    await (skipTraining ? this.requireModel() : this.train());
    if (this.outcome?.trainingJobStatus === 'Failed') {
      return 1;
    }
    const gate = gateOutcomes(trainingJob.minimumMetrics, this.metrics());
    for (const { name, minimum, value } of gate.filter(({ passed }) => !passed)) {
      this.options.terminal.info(
        `the gate would stop this model: ${name} is ${value ?? 'missing'}, at least ${minimum} is asked (minimumMetrics)`,
      );
    }
    const asked = serve || predict.length > 0;
    const container = await this.container();
    if (!servesHere(container.image, container.environment)) {
      this.note(
        `the container ${container.image} does not run here; the model is in ${relative('', this.modelDirectory)}, npm start tries its deploy with a stand-in, and npx cdk deploy --all serves it`,
      );
      return asked ? 1 : 0;
    }
    const started = Date.now();
    const serving = hasFiles(this.modelDirectory)
      ? await ServingProcess.start(container).catch((error: Error) => error)
      : new UserError(NO_MODEL);
    this.options.signal.throwIfAborted();
    if (serving instanceof ServingProcess) {
      this.durations['loading the model'] = (Date.now() - started) / 1000;
      return await this.use(serving);
    }
    if (project.endpoint === undefined && !asked) {
      this.notes.push('Nothing was served: no endpoint is declared, and the job left no SavedModel.');
      return 0;
    }
    this.note(serving.message);
    return 1;
  }

  /** Serves the model, predicts, and goes on serving if asked to; returns the exit code. */
  private async use(serving: ServingProcess): Promise<number> {
    const { terminal, serve } = this.options;
    try {
      const predictions = await this.predict(serving.url);
      await this.report(predictions);
      if (serve) {
        terminal.info(
          `serving at ${serving.url} until interrupted; try: npm run invoke -- FILE --url ${serving.url}`,
        );
        // It ends with the signal too.
        await serving.ended();
      }
      return predictions.every(({ status }) => status === 'predicted') ? 0 : 1;
    } finally {
      await serving.stop();
    }
  }

  /** @throws UserError where no earlier run left a model to serve */
  private requireModel(): void {
    if (!hasFiles(this.modelDirectory)) {
      throw new UserError(
        `--skip-training: there is no model in ${relative('', this.modelDirectory)}; run once without it`,
      );
    }
    this.outcome = { trainingJobStatus: 'Completed' };
  }

  private async train(): Promise<void> {
    const { outDirectory, terminal, signal, trainingJob } = this.options;
    this.outcome = { trainingJobStatus: 'Failed' };
    rmSync(join(outDirectory, METRICS_FILE), { force: true });
    const progress = new TrainingProgress(terminal);
    const started = Date.now();
    const result = await runTrainingJob(
      {
        request: { ...trainingJob.request, TrainingJobName: `${trainingJob.namePrefix}-local` },
        sourceArchive: trainingJob.sourceArchive ?? null,
        channels: this.options.channels,
        outputDirectory: outDirectory,
        python: this.options.python,
        checkpoints: null,
        region: this.options.region,
        aws: this.options.aws,
      },
      // Interrupted by a person: nobody waits 120 seconds for a script to end by itself.
      { onEvent: (event) => progress.show(event), stop: signal, kill: signal },
    );
    this.outcome = result;
    terminal.clearProgress();
    this.lastLines = progress.lastLines;
    this.durations.training = (Date.now() - started) / 1000;
    if (signal.aborted) {
      throw new UserError('interrupted');
    }
    if (result.trainingJobStatus !== 'Failed') {
      const final = result.finalMetrics.map(({ MetricName, Value }) => `${MetricName} ${Value}`).join(', ');
      terminal.info(
        `${result.trainingJobStatus} in ${this.durations.training.toFixed(0)} s${final && `: ${final}`}`,
      );
      return;
    }
    terminal.info(this.lastLines.join('\n'));
    terminal.info(`FailureReason: ${result.failureReason}`);
    const way = wayOut(this.lastLines, trainingJob.request);
    if (way !== undefined) {
      terminal.info(way);
      this.outcome = { ...result, failureReason: `${result.failureReason}\n${way}` };
    }
  }

  /** The declared container; without an endpoint, the one that goes with what trained. */
  private async container(): Promise<ServingOptions & { readonly image: string }> {
    const { project, trainingJob, outDirectory, servingPython, port, signal } = this.options;
    const { image, environment, sourceArchive } = project.endpoint ?? containerOf(trainingJob);
    const codeDirectory = join(outDirectory, 'opt/serving/code');
    rmSync(codeDirectory, { recursive: true, force: true });
    if (sourceArchive !== undefined) {
      mkdirSync(codeDirectory, { recursive: true });
      await tar.extract({ file: sourceArchive, cwd: codeDirectory });
    }
    return {
      python: servingPython,
      modelDirectory: this.modelDirectory,
      environment,
      image,
      ...(sourceArchive === undefined ? {} : { codeDirectory }),
      environmentDirectory: join(outDirectory, 'opt/serving/venv'),
      payloadLimit: payloadLimit(project.endpoint),
      port,
      signal,
    };
  }

  /** Predicts the files of the run into `predictions/`. */
  private async predict(url: string): Promise<PredictionResult[]> {
    const { outDirectory, terminal, signal } = this.options;
    const { files } = this.samples;
    if (files.length === 0) {
      this.notes.push(
        'Nothing was predicted: the channels hold neither photographs nor rows of numbers; name files with --predict.',
      );
      return [];
    }
    const predictions = join(outDirectory, 'predictions');
    rmSync(predictions, { recursive: true, force: true });
    const results = await predictFiles({
      files,
      predictor: new UrlPredictor(url),
      outDirectory: predictions,
      terminal,
      signal,
    });
    terminal.info(predictionSummary(results));
    for (const { file, error } of results.filter(({ status }) => status !== 'predicted')) {
      terminal.info(`${printableName(file)}: ${error}`);
    }
    const refused = refusedSample(this.samples, results);
    if (refused !== undefined) {
      this.notes.push(refused);
      return [];
    }
    return results;
  }

  /** Says something that the report says too. */
  private note(text: string): void {
    this.notes.push(text);
    this.options.terminal.info(text);
  }

  /** Writes report.html, once, of a run that came to its training; says where. */
  private async report(predictions: readonly PredictionResult[]): Promise<void> {
    const { project, trainingJob, channels, outDirectory, skipTraining, python, cost } = this.options;
    if (!this.outcome || this.reported) {
      return;
    }
    this.reported = true;
    const path = await writeReport(outDirectory, python, {
      title: `${project.name}: local run`,
      request: requestHere(trainingJob.request, channels),
      status: this.outcome.trainingJobStatus,
      failureReason: this.outcome.failureReason,
      lastLines: this.lastLines,
      durations: this.durations,
      metrics: this.metrics(),
      minimumMetrics: trainingJob.minimumMetrics,
      trained: !skipTraining,
      cost,
      predictions,
      samples: this.samples,
      notes: this.notes,
    });
    this.options.terminal.info(`report: ${path}`);
  }

  private get modelDirectory(): string {
    return join(baseDirectory(this.options.outDirectory), 'model');
  }

  /** What the script printed: of the last run, where this one does not train. */
  private metrics(): MetricsFile['metrics'] {
    const path = join(this.options.outDirectory, METRICS_FILE);
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as MetricsFile).metrics : [];
  }
}

/** A request as it ran here: with this machine's data, and without what only a deploy names. */
function requestHere(
  request: DeclaredTrainingJob['request'],
  channels: LocalRunOptions['channels'],
): Readonly<Record<string, unknown>> {
  return {
    ...request,
    RoleArn: undefined,
    InputDataConfig: request.InputDataConfig?.map((channel) => ({
      ...channel,
      DataSource: { S3DataSource: { S3Uri: channels[channel.ChannelName ?? ''] } },
    })),
    OutputDataConfig: undefined,
    CheckpointConfig: undefined,
    VpcConfig: undefined,
  };
}

function hasFiles(directory: string): boolean {
  return existsSync(directory) && readdirSync(directory).length > 0;
}

/** The container that would serve what a job trains, where no endpoint is declared. */
function containerOf(
  job: DeclaredTrainingJob,
): Pick<DeclaredEndpoint, 'image' | 'environment' | 'sourceArchive'> {
  const image = job.request.AlgorithmSpecification?.TrainingImage ?? '';
  const program = job.request.HyperParameters?.sagemaker_program;
  if (frameworkEnvironment(image) === undefined || program === undefined) {
    return { image, environment: {}, sourceArchive: undefined };
  }
  return servesFromModel(image)
    ? { image, environment: { SAGEMAKER_PROGRAM: MODEL_SCRIPT }, sourceArchive: undefined }
    : {
        image,
        environment: { SAGEMAKER_PROGRAM: JSON.parse(program) as string },
        sourceArchive: job.sourceArchive,
      };
}
