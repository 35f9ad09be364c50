import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Terminal } from '../../console/terminal';
import { UserError } from '../../console/user-error';
import { latencyOf } from '../invoke/latency';
import { predictFiles, type PredictionResult } from '../invoke/predict-files';
import { UrlPredictor } from '../invoke/url-predictor';
import type { DeclaredTrainingJob, ProjectTemplate } from '../../assembly/project-template';
import { type GateOutcome, gateOutcomes } from './gate';
import { checkModel } from './model-check';
import { renderReport } from './report';
import { samplePhotographs } from './sample-photographs';
import { ServingProcess } from './serving-process';
import { baseDirectory } from './training-directories';
import type { MetricsFile, TrainingResult } from './training-job-document';
import { TrainingProgress } from './training-progress';
import { runTrainingJob } from './training-runner';

/** What a local run does. */
export interface LocalRunOptions {
  readonly project: ProjectTemplate;
  /** The declared job with the channels and hyperparameters of this run. */
  readonly trainingJob: DeclaredTrainingJob;
  /** A directory or file by channel. */
  readonly channels: Readonly<Record<string, string>>;
  /** Files to predict; none chooses some of the training channel. */
  readonly predict: readonly string[];
  /** Gets the /opt/ml tree, the artifacts, the predictions and the report. */
  readonly outDirectory: string;
  /** Whether the model of an earlier run is served instead of training one. */
  readonly skipTraining: boolean;
  readonly python: string;
  readonly region: string;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** A training job and an endpoint of the template, run on this machine. */
export class LocalRun {
  private readonly durations: Record<string, number> = {};
  private readonly notes: string[] = [];

  public constructor(private readonly options: LocalRunOptions) {}

  /** Trains, unless told otherwise; returns how it ended. */
  public async train(): Promise<Pick<TrainingResult, 'trainingJobStatus' | 'failureReason'>> {
    const { outDirectory, terminal, signal, skipTraining } = this.options;
    if (skipTraining) {
      if (!existsSync(this.modelDirectory) || readdirSync(this.modelDirectory).length === 0) {
        throw new UserError(
          `--skip-training: there is no model in ${relative('', this.modelDirectory)}; run once without it`,
        );
      }
      return { trainingJobStatus: 'Completed' };
    }
    mkdirSync(outDirectory, { recursive: true });
    const { trainingJob } = this.options;
    const progress = new TrainingProgress(terminal);
    const started = Date.now();
    const result = await runTrainingJob(
      {
        request: { ...trainingJob.request, TrainingJobName: `${trainingJob.namePrefix}-local` },
        sourceArchive: trainingJob.sourceArchive,
        channels: this.options.channels,
        outputDirectory: outDirectory,
        python: this.options.python,
        checkpoints: null,
        region: this.options.region,
      },
      // Interrupted by a person: nobody waits 120 seconds for a script to end by itself.
      { onEvent: (event) => progress.show(event), stop: signal, kill: signal },
    );
    terminal.clearProgress();
    this.durations.training = (Date.now() - started) / 1000;
    if (signal.aborted) {
      throw new UserError('interrupted');
    }
    if (result.trainingJobStatus === 'Failed') {
      terminal.info(progress.lastLines.join('\n'));
      terminal.info(`FailureReason: ${result.failureReason}`);
    } else {
      const final = result.finalMetrics.map(({ MetricName, Value }) => `${MetricName} ${Value}`).join(', ');
      terminal.info(
        `${result.trainingJobStatus} in ${this.durations.training.toFixed(0)} s${final && `: ${final}`}`,
      );
    }
    return result;
  }

  /** Says what the gate makes of the final metrics; nothing if there is none. */
  public gate(): GateOutcome[] {
    return gateOutcomes(this.options.trainingJob.minimumMetrics, this.metrics().finalMetrics);
  }

  /** Serves the model, if the serving image would load it. */
  public async serve(port?: number): Promise<ServingProcess> {
    const { python, signal, project } = this.options;
    const check = await checkModel(python, this.modelDirectory, signal);
    if (!check.ok) {
      throw new UserError(
        `the serving image would not load this model:\n${check.problems.map((problem) => `  - ${problem}`).join('\n')}`,
      );
    }
    const started = Date.now();
    const serving = await ServingProcess.start({
      python,
      modelDirectory: this.modelDirectory,
      environment: project.endpoint?.environment ?? {},
      port,
      signal,
    });
    this.durations['loading the model'] = (Date.now() - started) / 1000;
    return serving;
  }

  /** Predicts the files of the run into `predictions/`. */
  public async predict(url: string): Promise<PredictionResult[]> {
    const { outDirectory, terminal, signal } = this.options;
    const files = this.filesToPredict();
    if (files.length === 0) {
      this.notes.push('Nothing was predicted: the channels hold no photographs; name files with --predict.');
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
      terminal.info(`${file}: ${error}`);
    }
    return results;
  }

  /** Writes report.html; returns its path. */
  public async report(
    outcome: Pick<TrainingResult, 'trainingJobStatus' | 'failureReason'>,
    predictions: readonly PredictionResult[],
  ): Promise<string> {
    const { project, trainingJob, outDirectory } = this.options;
    const { metrics, finalMetrics } = this.metrics();
    const names = [...new Set(metrics.map(({ MetricName }) => MetricName))];
    const gate = this.gate();
    const path = join(outDirectory, 'report.html');
    const html = await renderReport({
      title: `${project.name}: local run`,
      job: { request: { ...trainingJob.request } },
      status: outcome.trainingJobStatus,
      failureReason: outcome.failureReason,
      durations: this.durations,
      metrics: names.map((name) => ({
        name,
        points: metrics
          .filter(({ MetricName }) => MetricName === name)
          .map(({ Timestamp, Value }) => ({ timestamp: Timestamp, value: Value })),
      })),
      finalMetrics,
      gate: gate.length > 0 ? gate : undefined,
      predictions,
      versions: { 'Node.js': process.version },
      notes: this.notes,
    });
    writeFileSync(path, html);
    return path;
  }

  private get modelDirectory(): string {
    return join(baseDirectory(this.options.outDirectory), 'model');
  }

  private metrics(): MetricsFile {
    const path = join(this.options.outDirectory, 'metrics.json');
    return existsSync(path)
      ? (JSON.parse(readFileSync(path, 'utf8')) as MetricsFile)
      : { metrics: [], finalMetrics: [] };
  }

  /** What was named, or some photographs of the channels. */
  private filesToPredict(): string[] {
    if (this.options.predict.length > 0) {
      return [...this.options.predict];
    }
    return samplePhotographs(Object.values(this.options.channels));
  }
}
