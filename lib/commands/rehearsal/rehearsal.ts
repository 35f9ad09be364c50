import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { DescribeTrainingJobCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { CommandContext } from '../../console/main';
import type { Steps } from '../../console/steps';
import { UserError } from '../../console/user-error';
import { predictionSummary } from '../invoke/latency';
import type { PredictionResult } from '../invoke/predict-files';
import { servesHere, trainsHere } from '../local/framework-python';
import { writeReport } from '../local/report';
import { chooseSamples, refusedSample, type Samples } from '../local/samples';
import type { ProjectTemplate } from '../../assembly/project-template';
import { CDK, EmulatedAws, projectCommand } from './emulated-aws';
import type { InventoryItem } from './emulator-event';
import { type Decisions, permissionUses } from './permissions';
import { fillBuckets, removeBuckets, type S3Data } from './s3-data';
import { RehearsalProgress } from './rehearsal-progress';

/** A rehearsal to run. */
export interface RehearsalOptions extends CommandContext {
  /** Times the steps, those before it too. */
  readonly steps: Steps;
  /** The cloud assembly to deploy. */
  readonly assembly: string;
  /** What it declares. */
  readonly project: ProjectTemplate;
  /** The stacks to deploy; all without it. */
  readonly stackNames: readonly string[] | undefined;
  /** What lies in buckets of a person's own, which no stack makes. */
  readonly s3: readonly S3Data[];
  /** Files to predict; none chooses some of the training data. */
  readonly predict: readonly string[];
  /** Gets the logs, the predictions and the report. */
  readonly outDirectory: string;
  readonly python: string;
  /** The interpreters of images, by the image's repository and tag; null where their containers do not run here. */
  readonly pythons: Readonly<Record<string, string | null>>;
  readonly region: string;
  /** What it would cost on AWS. */
  readonly cost: string;
  /** Whether the in-memory AWS stays, with everything deployed, until it is interrupted. */
  readonly keep: boolean;
}

/** How many lines of a failed job's log a person is shown. */
const LOG_LINES = 12;

/** The whole life of the stacks, in an AWS in memory. */
export class Rehearsal {
  private aws!: EmulatedAws;
  private readonly progress: RehearsalProgress;
  private readonly notes: string[];
  private trained: Readonly<Record<string, unknown>> = {};
  private samples: Samples = { files: [] };
  private predictions: readonly PredictionResult[] = [];
  private failure: string | undefined;
  private decisions: Decisions | undefined;
  /** What the destroy left; undefined where nothing was destroyed. */
  private left: readonly InventoryItem[] | undefined;
  private reported = false;

  public constructor(private readonly options: RehearsalOptions) {
    this.progress = new RehearsalProgress(options.terminal);
    this.notes = standInNotes(options.project);
  }

  /** The whole rehearsal, with its report in every outcome; returns its exit code. */
  public async run(): Promise<number> {
    const { steps, terminal, signal, keep, cost } = this.options;
    this.notes.forEach((note) => terminal.info(note));
    try {
      await steps.run(
        'start',
        () => this.start(),
        () => `an AWS in memory at ${this.aws.url}`,
      );
      await steps.run(
        'bootstrap',
        () => this.bootstrap(),
        () => 'cdk bootstrap',
      );
      await this.use();
      if (keep) {
        await this.decide();
        await this.report();
        return await this.untilInterrupted();
      }
      await steps.run(
        'destroy',
        () => this.destroy(),
        () => 'all stacks',
      );
      this.left = await steps.run(
        'audit',
        () => this.aws.left(),
        () => 'everything of every service in the account',
      );
      await this.decide();
      terminal.info(cost);
      await this.report();
      for (const item of this.left) {
        terminal.result(itemText(item));
      }
      terminal.result(`${this.left.length} left`);
      const passed =
        this.failure === undefined && this.predictions.every(({ status }) => status === 'predicted');
      return passed && this.left.length === 0 && this.progress.denials.size === 0 ? 0 : 1;
    } catch (error) {
      this.failure = signal.aborted ? 'interrupted' : (error as Error).message;
      // A disk that is full does not take the report either: what comes first is the reason.
      await this.report().catch(({ message }: Error) => terminal.info(message));
      throw error;
    } finally {
      await (this.aws as EmulatedAws | undefined)?.stop();
    }
  }

  private async start(): Promise<void> {
    const { python, pythons, project, region, outDirectory, signal } = this.options;
    this.aws = await EmulatedAws.start({
      python,
      pythons,
      // The least that passes the gate.
      standInMetrics: project.trainingJob?.minimumMetrics,
      region,
      logDirectory: outDirectory,
      onEvent: (event) => this.progress.show(event),
      signal,
    });
  }

  /** `cdk bootstrap`, in an account that has the person's own buckets. */
  private async bootstrap(): Promise<void> {
    await fillBuckets(this.s3(), this.options.s3);
    await this.cdk('bootstrap');
  }

  /** The stacks' life up to their use. What fails is told, and is no reason not to destroy what there is. */
  private async use(): Promise<void> {
    const { steps, terminal } = this.options;
    try {
      await steps.run(
        'deploy',
        () => this.deploy(),
        (made) => made,
      );
      this.predictions = await steps.run(
        'invoke',
        () => this.invoke(),
        (results) =>
          results.length > 0
            ? predictionSummary(results)
            : 'nothing was predicted: the channels hold neither photographs nor rows of numbers that the model takes, or no endpoint answers at once here',
      );
    } catch (error) {
      if (!(error instanceof UserError) || this.aws.gone.aborted) {
        throw error;
      }
      terminal.info(error.message);
      this.failure = error.message;
    }
  }

  /**
   * `cdk deploy`; says what was made.
   * @throws UserError with the reasons in CloudFormation's words, and the last lines of a job that failed
   */
  private async deploy(): Promise<string> {
    const { progress } = this;
    const before = progress.made.length;
    try {
      await this.cdk('deploy', ...(this.options.stackNames ?? ['--all']), '--require-approval', 'never');
    } catch (error) {
      if (!(error instanceof UserError) || progress.failures.length === 0) {
        throw error;
      }
      const failedJob = [...progress.jobs.values()].includes('Failed');
      const log = failedJob ? progress.lastLogLines.slice(-LOG_LINES).map((line) => `  | ${line}`) : [];
      throw new UserError(['the deploy failed:', ...progress.failures, ...log].join('\n'));
    }
    this.trained = await this.describedJob();
    const trained = [...progress.jobs].map(([job, status]) => `training job ${job} ${status}`);
    return [`${progress.made.length - before} resources`, ...trained].join('; ');
  }

  /** Predicts what was named, or some of the job's own data, with the deployed endpoint, as `npm run invoke` does. */
  private async invoke(): Promise<readonly PredictionResult[]> {
    const { predict, project, outDirectory } = this.options;
    const { endpoint, trainingJob } = project;
    const directories = Object.fromEntries(trainingJob?.channelDirectories ?? []);
    this.samples =
      predict.length > 0 ? { files: predict } : chooseSamples(directories, join(outDirectory, 'rows'));
    const { files } = this.samples;
    if (
      !endpoint ||
      endpoint.asynchronous ||
      files.length === 0 ||
      !servesHere(endpoint.image, endpoint.environment)
    ) {
      return [];
    }
    const predictions = join(outDirectory, 'predictions');
    rmSync(predictions, { recursive: true, force: true });
    const { stdout, stderr } = await this.aws.run(
      projectCommand('invoke'),
      ...files,
      ...['--endpoint', endpoint.endpointName, '--out', predictions, '--json'],
    );
    const answer = stdout.slice(stdout.indexOf('{'));
    if (answer === '') {
      throw new UserError(stderr.trim());
    }
    const { results } = JSON.parse(answer) as { results: PredictionResult[] };
    const refused = refusedSample(this.samples, results);
    this.notes.push(...(refused ? [refused] : []));
    return refused ? [] : results;
  }

  /** Says how to reach it from elsewhere, and waits. */
  private async untilInterrupted(): Promise<number> {
    const { terminal, signal } = this.options;
    terminal.info(keptMessage(this.aws.variables));
    const end = AbortSignal.any([signal, this.aws.gone]);
    await (end.aborted ? undefined : once(end, 'abort'));
    this.aws.gone.throwIfAborted();
    return 0;
  }

  /** `cdk destroy --all`; the person's own buckets, which it leaves alone, go with it. */
  private async destroy(): Promise<void> {
    await this.cdk('destroy', '--all', '--force');
    await removeBuckets(this.s3(), this.options.s3);
  }

  /** Which role did what by which statements, and which of these nobody needed; written to decisions.json too. */
  private async decide(): Promise<void> {
    this.decisions = await this.aws.decisions();
    const path = join(this.options.outDirectory, 'decisions.json');
    writeFileSync(path, JSON.stringify(this.decisions, null, 2));
  }

  /** Writes report.html, once, and says where; where the project trains no model, says where the logs are. */
  private async report(): Promise<void> {
    const { project, outDirectory, steps, cost, terminal, python } = this.options;
    const { left, failure, predictions, decisions, progress } = this;
    const job = project.trainingJob;
    const [name, status] = [...progress.jobs].at(-1) ?? [];
    if (!job || this.reported) {
      terminal.info(`logs: ${relative('', outDirectory)}`);
      return;
    }
    this.reported = true;
    const path = await writeReport(outDirectory, python, {
      title: `${project.name}: rehearsal`,
      request: { TrainingJobName: name, ...job.request, ...this.trained },
      status: status ?? 'Not trained',
      durations: steps.durations,
      metrics: progress.metrics,
      // A stand-in learns nothing that a gate could say something of.
      minimumMetrics: trainsHere(job.request) ? job.minimumMetrics : {},
      failureReason: failure,
      lastLines: progress.lastLogLines,
      trained: true,
      predictions,
      samples: this.samples,
      cost,
      deployed:
        progress.made.length > 0 || left
          ? { resources: progress.made, left: left?.map(itemText) }
          : undefined,
      permissions: decisions && permissionUses(decisions),
      notes: [
        `The CDK CLI deploys into an AWS in memory${left ? ', and has destroyed all again' : ''}.`,
        ...this.notes,
      ],
    });
    terminal.info(`report: ${path}`);
  }

  /** The request of the job that trained, with the names that only a deploy knows. */
  private async describedJob(): Promise<Readonly<Record<string, unknown>>> {
    const [TrainingJobName] = [...this.progress.jobs.keys()].slice(-1);
    if (TrainingJobName === undefined) {
      return {};
    }
    const sagemaker = new SageMakerClient(this.aws.clientConfig);
    const job = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName }));
    const { request } = this.options.project.trainingJob!;
    return Object.fromEntries(Object.keys(request).map((key) => [key, job[key as keyof typeof job]]));
  }

  private s3(): S3Client {
    return new S3Client({ ...this.aws.clientConfig, forcePathStyle: true });
  }

  /** Runs the CDK CLI with the assembly. @throws UserError with what it said last, if it fails */
  private async cdk(command: string, ...commandArguments: string[]): Promise<void> {
    const { assembly, outDirectory } = this.options;
    const common = ['--app', assembly, '--output', assembly, '--no-notices', '--no-color'];
    const { exitCode, stdout, stderr } = await this.aws.run(
      CDK,
      command,
      ...common,
      ...['--progress', 'events'],
      ...commandArguments,
    );
    if (exitCode !== 0) {
      const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-LOG_LINES).join('\n');
      throw new UserError(
        `cdk ${command} failed (all that it said is in ${relative('', join(outDirectory, 'clients.log'))}):\n${said}`,
      );
    }
  }
}

/** The containers of a project, whether they run on this machine, and what is tried of those that do not. */
export function containersOf({ trainingJob, endpoint }: ProjectTemplate) {
  const training = trainingJob && {
    image: trainingJob.request.AlgorithmSpecification?.TrainingImage ?? '',
    here: trainsHere(trainingJob.request),
    tried: 'roles, events and gate of the training are tried, not what it learns',
  };
  const serving = endpoint && {
    image: endpoint.image,
    here: servesHere(endpoint.image, endpoint.environment),
    tried: 'deploy and destroy of the endpoint are tried, not what it answers',
  };
  return [training, serving].filter((container) => container !== undefined);
}

/** What a rehearsal does not try, since its containers do not run on this machine; a line each. */
function standInNotes(project: ProjectTemplate): string[] {
  return containersOf(project)
    .filter(({ here }) => !here)
    .map(
      ({ image, tried }) =>
        `the container ${image.split('/').at(-1)} does not run on this machine: with what stands in for it, ${tried}`,
    );
}

function itemText({ service, region, type, name }: InventoryItem): string {
  return `${service} ${region} ${type} ${name}`;
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
