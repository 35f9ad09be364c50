import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as tar from 'tar';
import { printableName } from '../../aws/printable';
import { fileErrorText } from '../../console/file-errors';
import type { Terminal } from '../../console/terminal';
import { UserError } from '../../console/user-error';
import { writeWhole } from '../invoke/output-files';
import { payloadLimit } from '../invoke/payload-limit';
import { latencyOf } from '../invoke/latency';
import { predictFiles, type PredictionResult } from '../invoke/predict-files';
import { UrlPredictor } from '../invoke/url-predictor';
import type { DeclaredEndpoint, DeclaredTrainingJob, ProjectTemplate } from '../../assembly/project-template';
import { MODEL_SCRIPT } from '../../endpoint/serving-script';
import { SAGEMAKER_PREFIX } from '../../training/hyperparameters';
import { frameworkEnvironment, servesFromModel, servesHere } from './framework-python';
import { type GateOutcome, gateOutcomes } from './gate';
import { modelProblems } from './model-check';
import { renderReport } from './report';
import { rememberRun } from './run-records';
import { runVersions } from './run-versions';
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

/** How a training ended. */
type Outcome = Pick<TrainingResult, 'trainingJobStatus' | 'failureReason'>;

/** A training job and an endpoint of the template, run on this machine. */
export class LocalRun {
  private readonly durations: Record<string, number> = {};
  private readonly notes: string[] = [];
  /** How the training ended; nothing before it began. */
  private outcome: Outcome | undefined;
  private reported = false;
  /** How the model is checked and served; undefined until it is asked for. */
  private serving: Promise<ServingOptions> | undefined;
  private lastLines: readonly string[] = [];
  /** What would mend the script that failed. */
  private wayOut: string | undefined;
  private readonly samples: Samples;

  public constructor(private readonly options: LocalRunOptions) {
    const { predict: files, channels, outDirectory } = options;
    this.samples = files.length > 0 ? { files } : chooseSamples(channels, join(outDirectory, 'rows'));
  }

  /** The whole run, with its report in every outcome; returns its exit code. */
  public async run(): Promise<number> {
    // What lies there of an earlier run would be taken for this one's.
    rmSync(this.reportPath, { force: true });
    try {
      return await this.attempt();
    } catch (error) {
      const text = error instanceof UserError ? error.message : fileErrorText(error);
      const why = this.options.signal.aborted ? 'interrupted' : text;
      if (this.outcome && !this.reported && why !== undefined) {
        this.notes.push(`The run ended early: ${why}`);
        // A disk that is full does not take the report either: what comes first is the reason.
        await this.report(this.outcome, []).catch(({ message }: Error) =>
          this.options.terminal.info(message),
        );
      }
      throw error;
    }
  }

  private async attempt(): Promise<number> {
    const { terminal, project, serve, predict } = this.options;
    const outcome = await this.train();
    if (outcome.trainingJobStatus === 'Failed') {
      await this.report(outcome, []);
      return 1;
    }
    for (const { name, minimum, value } of this.gate().filter(({ passed }) => !passed)) {
      terminal.info(
        `the gate would stop this model: ${name} is ${value ?? 'missing'}, at least ${minimum} is asked (minimumMetrics)`,
      );
    }
    const { image = '', environment } = await this.container();
    if (!servesHere(image, environment)) {
      const text = `the container ${image} does not run here; the model is in ${relative('', this.modelDirectory)}, npm start tries its deploy with a stand-in, and npx cdk deploy --all serves it`;
      this.notes.push(text);
      terminal.info(text);
      await this.report(outcome, []);
      return serve || predict.length > 0 ? 1 : 0;
    }
    const problems = await this.modelProblems();
    if (problems.length > 0) {
      const wanted = project.endpoint !== undefined || serve || predict.length > 0;
      const text = `the serving image would not load this model:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`;
      this.notes.push(
        wanted ? text : 'Nothing was served: no endpoint is declared, and the job left no SavedModel.',
      );
      if (wanted) {
        terminal.info(text);
      }
      await this.report(outcome, []);
      return wanted ? 1 : 0;
    }
    return await this.use(outcome);
  }

  /** Serves the model, predicts, and goes on serving if asked to; returns the exit code. */
  private async use(outcome: Outcome): Promise<number> {
    const { terminal, serve } = this.options;
    const serving = await this.serve();
    try {
      const predictions = await this.predict(serving.url);
      await this.report(outcome, predictions);
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

  /** Trains, unless told otherwise; returns how it ended. */
  private async train(): Promise<Outcome> {
    const { outDirectory, terminal, signal, skipTraining } = this.options;
    if (skipTraining) {
      if (!hasFiles(this.modelDirectory)) {
        throw new UserError(
          `--skip-training: there is no model in ${relative('', this.modelDirectory)}; run once without it`,
        );
      }
      return (this.outcome = { trainingJobStatus: 'Completed' });
    }
    this.outcome = { trainingJobStatus: 'Failed' };
    mkdirSync(outDirectory, { recursive: true });
    rmSync(join(outDirectory, METRICS_FILE), { force: true });
    const { trainingJob } = this.options;
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
    if (result.trainingJobStatus === 'Failed') {
      terminal.info(progress.lastLines.join('\n'));
      terminal.info(`FailureReason: ${result.failureReason}`);
      const { HyperParameters = {}, InputDataConfig = [] } = trainingJob.request;
      const way = wayOut(progress.lastLines, {
        channels: InputDataConfig.map(({ ChannelName = '' }) => ChannelName),
        hyperparameters: Object.keys(HyperParameters).filter((name) => !name.startsWith(SAGEMAKER_PREFIX)),
      });
      if (way !== undefined) {
        terminal.info(way);
        this.wayOut = way;
      }
    } else {
      const final = result.finalMetrics.map(({ MetricName, Value }) => `${MetricName} ${Value}`).join(', ');
      terminal.info(
        `${result.trainingJobStatus} in ${this.durations.training.toFixed(0)} s${final && `: ${final}`}`,
      );
    }
    return result;
  }

  /** Says what the gate makes of the final metrics; nothing if there is none. */
  private gate(): GateOutcome[] {
    return gateOutcomes(this.options.trainingJob.minimumMetrics, this.metrics().finalMetrics);
  }

  /** Why the serving image would not load the model, one line each. */
  private async modelProblems(): Promise<readonly string[]> {
    if (!hasFiles(this.modelDirectory)) {
      return [
        'the script wrote nothing to SM_MODEL_DIR: a model to serve goes there; a job without hosting needs none',
      ];
    }
    return modelProblems(await this.container());
  }

  /** The declared container; without an endpoint, the one that goes with what trained. Its script is unpacked once. */
  private container(): Promise<ServingOptions> {
    return (this.serving ??= this.readContainer());
  }

  private async readContainer(): Promise<ServingOptions> {
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

  private async serve(): Promise<ServingProcess> {
    const started = Date.now();
    const serving = await ServingProcess.start(await this.container());
    this.durations['loading the model'] = (Date.now() - started) / 1000;
    return serving;
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
    terminal.clearProgress();
    const latency = latencyOf(results.flatMap(({ latencyMs }) => latencyMs ?? []));
    const predicted = results.filter(({ status }) => status === 'predicted').length;
    terminal.info(
      `${predicted} of ${results.length} predicted${latency ? `: p50 ${latency.p50.toFixed(0)} ms, p95 ${latency.p95.toFixed(0)} ms` : ''}`,
    );
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

  /** Writes report.html, and says where. */
  private async report(outcome: Outcome, predictions: readonly PredictionResult[]): Promise<void> {
    const { project, trainingJob, outDirectory } = this.options;
    this.reported = true;
    const { metrics, finalMetrics } = this.metrics();
    const names = [...new Set(metrics.map(({ MetricName }) => MetricName))];
    const gate = this.gate();
    const told = {
      job: { request: requestHere(trainingJob.request, this.options.channels) },
      status: outcome.trainingJobStatus,
      durations: this.durations,
      metrics: names.map((name) => ({
        name,
        points: metrics
          .filter(({ MetricName }) => MetricName === name)
          .map(({ Timestamp, Value }) => ({ timestamp: Timestamp, value: Value })),
      })),
      finalMetrics,
    };
    const html = await renderReport({
      title: `${project.name}: local run`,
      ...told,
      failureReason: [outcome.failureReason, this.wayOut].filter((line) => line !== undefined).join('\n'),
      lastLines: outcome.trainingJobStatus === 'Failed' ? this.lastLines : undefined,
      runs: this.options.skipTraining ? undefined : await rememberRun(outDirectory, told),
      cost: this.options.cost,
      gate: gate.length > 0 ? gate : undefined,
      predictions,
      versions: await runVersions(this.options.python),
      notes: this.notes,
      predictionNote: predictions.length > 0 ? this.samples.note : undefined,
      targets: this.samples.targets,
    });
    await writeWhole(this.reportPath, html);
    this.options.terminal.info(`report: ${relative('', this.reportPath)}`);
  }

  private get reportPath(): string {
    return join(this.options.outDirectory, 'report.html');
  }

  private get modelDirectory(): string {
    return join(baseDirectory(this.options.outDirectory), 'model');
  }

  private metrics(): MetricsFile {
    const path = join(this.options.outDirectory, METRICS_FILE);
    return existsSync(path)
      ? (JSON.parse(readFileSync(path, 'utf8')) as MetricsFile)
      : { metrics: [], finalMetrics: [] };
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
