import { rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { DescribeTrainingJobCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { Terminal } from '../../console/terminal';
import { UserError } from '../../console/user-error';
import { latencyOf } from '../invoke/latency';
import type { PredictionResult } from '../invoke/predict-files';
import { servesHere, trainsHere } from '../local/framework-python';
import { writeReport } from '../local/report';
import { chooseSamples, refusedSample, type Samples } from '../local/samples';
import type { ProjectTemplate } from '../../assembly/project-template';
import { CDK, Clients, projectCommand } from './clients';
import { EmulatedAws } from './emulated-aws';
import type { InventoryItem } from './emulator-event';
import { type Decisions, permissionUses } from './permissions';
import { OwnBuckets, type S3Data } from './s3-data';
import { RehearsalProgress } from './rehearsal-progress';

/** A rehearsal to run. */
export interface RehearsalOptions {
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
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** What a report tells of a life, however far it came. */
export interface Life {
  readonly predictions: readonly PredictionResult[];
  readonly durations: Readonly<Record<string, number>>;
  readonly failure?: string;
  readonly decisions?: Decisions;
  /** What the destroy left; undefined where nothing was destroyed. */
  readonly left?: readonly InventoryItem[];
  /** What it would cost on AWS. */
  readonly cost: string;
}

/** How many lines of a failed job's log a person is shown. */
const LOG_LINES = 12;

/** The whole life of the stacks, in an AWS in memory: each step a method, to be called in their order. */
export class Rehearsal {
  /** The in-memory AWS, once it is started. */
  public aws!: EmulatedAws;
  private clients!: Clients;
  private buckets!: OwnBuckets;
  private readonly progress: RehearsalProgress;
  private trained: Readonly<Record<string, unknown>> = {};
  private samples: Samples = { files: [] };
  /** Why what nobody named was not predicted. */
  private refused: string | undefined;
  private reported = false;

  public constructor(private readonly options: RehearsalOptions) {
    this.progress = new RehearsalProgress(options.terminal);
  }

  /** Starts the in-memory AWS. */
  public async start(): Promise<void> {
    const { python, pythons, project, region, outDirectory, signal, s3 } = this.options;
    this.aws = await EmulatedAws.start({
      python,
      pythons,
      // The least that passes the gate.
      standInMetrics: project.trainingJob?.minimumMetrics,
      region,
      logFile: join(outDirectory, 'emulator.log'),
      onEvent: (event) => this.progress.show(event),
      signal,
    });
    const logFile = join(outDirectory, 'clients.log');
    rmSync(logFile, { force: true });
    // A client of an AWS that is gone would try for minutes.
    this.clients = new Clients(this.aws, python, logFile, AbortSignal.any([signal, this.aws.gone]));
    this.buckets = new OwnBuckets(this.aws, region, s3);
  }

  /** `cdk bootstrap`, in an account that has the person's own buckets. */
  public async bootstrap(): Promise<void> {
    await this.buckets.fill();
    await this.cdk('bootstrap');
  }

  /**
   * `cdk deploy`; says what was made.
   * @throws UserError with the reasons in CloudFormation's words, and the last lines of a job that failed
   */
  public async deploy(): Promise<string> {
    const { progress } = this;
    const [failuresBefore, resourcesBefore] = [progress.failures.length, progress.created];
    try {
      await this.cdk('deploy', ...(this.options.stackNames ?? ['--all']), '--require-approval', 'never');
    } catch (error) {
      const failures = progress.failures.slice(failuresBefore);
      if (!(error instanceof UserError) || failures.length === 0) {
        throw error;
      }
      const reasons = failures.map(({ stack, logicalId, reason }) => `  ${stack} ${logicalId}: ${reason}`);
      const failedJob = [...progress.jobs.values()].includes('Failed');
      const log = failedJob ? progress.lastLogLines.slice(-LOG_LINES).map((line) => `  | ${line}`) : [];
      throw new UserError(['the deploy failed:', ...reasons, ...log].join('\n'));
    }
    this.trained = await this.describedJob();
    const trained = [...progress.jobs].map(([job, status]) => `training job ${job} ${status}`);
    return [`${progress.created - resourcesBefore} resources`, ...trained].join('; ');
  }

  /** Predicts what was named, or some of the job's own data, with the deployed endpoint, as `npm run invoke` does. */
  public async invoke(): Promise<PredictionResult[]> {
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
    const { stdout, stderr } = await this.clients.run(
      projectCommand('invoke'),
      ...files,
      ...['--endpoint', endpoint.endpointName, '--out', predictions, '--json'],
    );
    const answer = stdout.slice(stdout.indexOf('{'));
    if (answer === '') {
      throw new UserError(stderr.trim());
    }
    const { results } = JSON.parse(answer) as { results: PredictionResult[] };
    this.refused = refusedSample(this.samples, results);
    return this.refused === undefined ? results : [];
  }

  /** `cdk destroy --all`; the person's own buckets, which it leaves alone, go with it. */
  public async destroy(): Promise<void> {
    await this.cdk('destroy', '--all', '--force');
    await this.buckets.remove();
  }

  /** What is left in the account: everything of every service, not only what the templates name. */
  public async left(): Promise<InventoryItem[]> {
    return this.aws.left();
  }

  /** Ends the in-memory AWS, where it was started. */
  public async stop(): Promise<void> {
    await (this.aws as EmulatedAws | undefined)?.stop();
  }

  /** What policies did not allow, each once. */
  public get denials(): ReadonlySet<string> {
    return this.progress.denials;
  }

  /** Which role did what by which statements, and which of these nobody needed; written to decisions.json too. */
  public async decisions(): Promise<Decisions> {
    const decisions = await this.aws.decisions();
    const path = join(this.options.outDirectory, 'decisions.json');
    writeFileSync(path, JSON.stringify(decisions, null, 2));
    return decisions;
  }

  /** Writes report.html, once; returns its path, or nothing where the project trains no model. */
  public async report({
    predictions,
    durations,
    failure,
    decisions,
    left,
    cost,
  }: Life): Promise<string | undefined> {
    const { project, outDirectory } = this.options;
    const job = project.trainingJob;
    const [name, status] = [...this.progress.jobs].at(-1) ?? [];
    if (!job || this.reported) {
      return undefined;
    }
    this.reported = true;
    return await writeReport(outDirectory, this.options.python, {
      title: `${project.name}: rehearsal`,
      request: { TrainingJobName: name, ...job.request, ...this.trained },
      status: status ?? 'Not trained',
      durations,
      metrics: this.progress.metrics,
      // A stand-in learns nothing that a gate could say something of.
      minimumMetrics: trainsHere(job.request) ? job.minimumMetrics : {},
      failureReason: failure,
      lastLines: this.progress.lastLogLines,
      trained: true,
      predictions,
      samples: this.samples,
      cost,
      deployed:
        this.progress.created > 0 || left
          ? {
              resources: this.progress.made,
              left: left?.map(
                ({ service, region, type, name: item }) => `${service} ${region} ${type} ${item}`,
              ),
            }
          : undefined,
      permissions: decisions && permissionUses(decisions),
      notes: [
        `The CDK CLI deploys into an AWS in memory${left ? ', and has destroyed all again' : ''}.`,
        ...standInNotes(project),
        ...(this.refused === undefined ? [] : [this.refused]),
      ],
    });
  }

  /** The request of the job that trained, with the names that only a deploy knows. */
  private async describedJob(): Promise<Readonly<Record<string, unknown>>> {
    const [TrainingJobName] = [...this.progress.jobs.keys()].slice(-1);
    if (TrainingJobName === undefined) {
      return {};
    }
    const { aws, options } = this;
    const sagemaker = new SageMakerClient({
      endpoint: aws.url,
      region: options.region,
      credentials: aws.credentials,
    });
    const job = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName }));
    const { request } = options.project.trainingJob!;
    return Object.fromEntries(Object.keys(request).map((key) => [key, job[key as keyof typeof job]]));
  }

  /** Runs the CDK CLI with the assembly. @throws UserError with what it said last, if it fails */
  private async cdk(command: string, ...commandArguments: string[]): Promise<void> {
    const { assembly, outDirectory } = this.options;
    const common = [
      '--app',
      assembly,
      '--output',
      assembly,
      '--no-notices',
      '--no-color',
      '--progress',
      'events',
    ];
    const { exitCode, stdout, stderr } = await this.clients.run(CDK, command, ...common, ...commandArguments);
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
export function standInNotes(project: ProjectTemplate): string[] {
  return containersOf(project)
    .filter(({ here }) => !here)
    .map(
      ({ image, tried }) =>
        `the container ${image.split('/').at(-1)} does not run on this machine: with what stands in for it, ${tried}`,
    );
}

/** What became of predictions, in a line. */
export function predictionSummary(results: readonly PredictionResult[]): string {
  if (results.length === 0) {
    return 'nothing was predicted: the channels hold neither photographs nor rows of numbers that the model takes, or no endpoint answers at once here';
  }
  const predicted = results.filter(({ status }) => status === 'predicted').length;
  const latency = latencyOf(results.flatMap(({ latencyMs }) => latencyMs ?? []));
  const timing = latency ? `; latency p50 ${latency.p50} ms, p95 ${latency.p95} ms` : '';
  return `${predicted} of ${results.length} predicted${timing}`;
}
