import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import {
  DeleteEndpointCommand,
  ListEndpointsCommand,
  ListTrainingJobsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { IAMClient } from '@aws-sdk/client-iam';
import { S3Client } from '@aws-sdk/client-s3';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { type App, Duration } from 'aws-cdk-lib';
import { Hosting } from '../../../lib/endpoint/hosting';
import type { ModelSource } from '../../../lib/endpoint/model-source';
import {
  CDK,
  EmulatedAws,
  type EmulatedAwsOptions,
  projectCommand,
} from '../../../lib/commands/rehearsal/emulated-aws';
import type { EmulatorEvent } from '../../../lib/commands/rehearsal/emulator-event';
import type { CommandResult } from '../../../lib/python/process-group';
import { SageMakerProject, type SageMakerProjectProps } from '../../../lib/project/sagemaker-project';
import { endpointName, type HostingKind, modelDataUrlParameterName } from '../../../lib/names';
import type { TrainingProps } from '../../../lib/training/training-props';
import { ProjectDirectory, testApp } from '../../project-fixture';

const ROOT = resolve(__dirname, '../../..');
const PYTHON = join(ROOT, '.venv/bin/python');
const IMPATIENT = ['-r', join(__dirname, 'impatient-cdk.js'), ...CDK];

/**
 * Trains without the framework, since a drill is about the stacks: the model that multiplies by --factor lies in the
 * source directory. A factor of 0 fails, one below 0 leaves a model that no container loads. It takes --seconds.
 */
const SCRIPT = `
import argparse, os, shutil, sys, time
parser = argparse.ArgumentParser()
parser.add_argument("--factor", type=int)
parser.add_argument("--accuracy", type=float)
parser.add_argument("--seconds", type=float, default=0)
arguments = parser.parse_args()
print("begun", flush=True)
if arguments.factor == 0:
    raise ValueError("the factor is nothing")
time.sleep(arguments.seconds)
names = sorted(os.listdir(os.environ["SM_CHANNEL_TRAINING"]))
print(f"accuracy={arguments.accuracy};", names, flush=True)
if arguments.factor < 0:
    os.makedirs(os.environ["SM_MODEL_DIR"] + "/1/variables")
    open(os.environ["SM_MODEL_DIR"] + "/1/saved_model.pb", "wb").write(b"no model")
else:
    shutil.copytree(f"models/{arguments.factor}", os.environ["SM_MODEL_DIR"] + "/1")
`;

const MAKE_MODELS = `
import sys
import tensorflow as tf
for factor in (2, 3):
    module = tf.Module()
    module.serve = tf.function(
        lambda x, factor=factor: {"y": x * factor}, input_signature=[tf.TensorSpec([None], tf.float32, name="x")]
    )
    tf.saved_model.save(module, f"{sys.argv[1]}/{factor}", signatures=module.serve)
`;

/** The models of the script by their factors: made once, since TensorFlow takes seconds for it. */
function savedModels(): string {
  const models = join(ROOT, 'node_modules', '.cache', 'drill-models');
  if (!existsSync(models)) {
    mkdirSync(dirname(models), { recursive: true });
    const made = mkdtempSync(`${models}-`);
    execFileSync(PYTHON, ['-c', MAKE_MODELS, made], { stdio: 'pipe' });
    renameSync(made, models);
  }
  return models;
}

/** What a drill changes of the project. */
export interface DrillChanges {
  readonly factor?: number;
  /** How long the script takes. */
  readonly seconds?: number;
  readonly accuracy?: number;
  readonly minimumAccuracy?: number;
  readonly initialInstanceCount?: number;
  /** Instead of instances that wait. */
  readonly hosting?: Hosting | 'none';
  readonly maxRuntime?: Duration;
  readonly retainData?: boolean;
  /** Another project in the same account. */
  readonly name?: string;
  /** Instead of a training. */
  readonly model?: ModelSource;
  /** Declares more: other props, and what stands beside the project in its app. */
  readonly declare?: (props: SageMakerProjectProps, app: App) => SageMakerProjectProps;
}

/** What goes wrong in the in-memory AWS: see its faults.py. */
export interface Fault {
  readonly at: 'call' | 'role' | 'event' | 'resource';
  readonly matches: string;
  readonly outcome: 'throttled' | 'denied' | 'lost' | 'doubled' | 'late' | 'failed';
  readonly seconds?: number;
}

/** A small project and an AWS in memory to deploy it to, by the real CDK CLI. */
export class Drill {
  /** Starts the in-memory AWS, where alarms, schedules and wait conditions may have short minutes, and bootstraps it. */
  public static async start(
    name: string,
    alarmSecondsPerMinute = 60,
    containers: Pick<EmulatedAwsOptions, 'pythons' | 'standInMetrics'> = {},
  ): Promise<Drill> {
    const folder = mkdtempSync(join(tmpdir(), 'drill-'));
    const directory = new ProjectDirectory();
    directory.write('training/train.py', SCRIPT);
    cpSync(savedModels(), join(directory.sourceDir, 'models'), { recursive: true });
    const events: EmulatorEvent[] = [];
    const aws = await EmulatedAws.start({
      python: PYTHON,
      region: 'us-east-1',
      alarmSecondsPerMinute,
      ...containers,
      logDirectory: folder,
      onEvent: (event) => events.push(event),
      signal: new AbortController().signal,
    });
    const drill = new Drill(name, folder, directory, aws, events);
    const { exitCode, stderr } = await drill.cdk('bootstrap', '--app', drill.synthesize());
    if (exitCode !== 0) {
      throw new Error(`cdk bootstrap failed: ${stderr}`);
    }
    return drill;
  }

  /** For what a drill does by hand. */
  public readonly runtime: SageMakerRuntimeClient;
  public readonly sagemaker: SageMakerClient;
  public readonly s3: S3Client;
  public readonly cloudformation: CloudFormationClient;
  public readonly ssm: SSMClient;
  public readonly iam: IAMClient;

  private constructor(
    private readonly name: string,
    private readonly folder: string,
    /** The script and the dataset. */
    public readonly directory: ProjectDirectory,
    public readonly aws: EmulatedAws,
    public readonly events: readonly EmulatorEvent[],
  ) {
    const config = aws.clientConfig;
    this.runtime = new SageMakerRuntimeClient({ ...config, maxAttempts: 1 });
    this.sagemaker = new SageMakerClient(config);
    this.cloudformation = new CloudFormationClient(config);
    this.ssm = new SSMClient(config);
    this.iam = new IAMClient(config);
    this.s3 = new S3Client({ ...config, forcePathStyle: true });
  }

  /** Synthesizes the project with changes; returns the cloud assembly. */
  public synthesize(changes: DrillChanges = {}): string {
    const { factor = 2, accuracy = 0.9, seconds, minimumAccuracy = 0.5, initialInstanceCount = 1 } = changes;
    const { name = this.name, maxRuntime = Duration.minutes(15), retainData } = changes;
    const hosting =
      changes.hosting ?? Hosting.realtime({ instanceType: 'ml.m5.xlarge', initialInstanceCount });
    const training: TrainingProps = this.directory.training({
      hyperparameters: { factor, accuracy, ...(seconds !== undefined && { seconds }) },
      metricDefinitions: [{ name: 'accuracy', regex: 'accuracy=([0-9.]+);' }],
      minimumMetrics: { accuracy: minimumAccuracy },
      maxRuntime,
      notify: 'team@example.com',
    });
    const props: SageMakerProjectProps = {
      ...(changes.model ? { model: changes.model } : { training }),
      ...(hosting !== 'none' && { hosting }),
      notebook: { instanceType: 'ml.t3.medium' },
      retainData,
    };
    const app = testApp();
    new SageMakerProject(app, name, changes.declare?.(props, app) ?? props);
    return app.synth().directory;
  }

  /** Runs the CDK CLI; its result, whatever it is. */
  public async cdk(command: string, ...commandArguments: string[]): Promise<CommandResult> {
    const common = ['--no-notices', '--no-color', '--progress', 'events'];
    return this.aws.run(IMPATIENT, command, ...commandArguments, ...common);
  }

  /** `cdk deploy --all` of the project with changes. */
  public async deploy(changes: DrillChanges = {}): Promise<CommandResult> {
    return this.cdk('deploy', '--all', '--require-approval', 'never', '--app', this.synthesize(changes));
  }

  /** `cdk destroy --all`. */
  public async destroy(changes: DrillChanges = {}): Promise<CommandResult> {
    return this.cdk('destroy', '--all', '--force', '--app', this.synthesize(changes));
  }

  /** From now on this goes wrong, and nothing else. */
  public async goWrong(...faults: Fault[]): Promise<void> {
    const response = await fetch(`${this.aws.url}/_rehearsal/faults`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${this.aws.clientConfig.credentials.accessKeyId}` },
      body: JSON.stringify(faults),
    });
    if (!response.ok) {
      throw new Error(await response.text());
    }
  }

  /** The job whose model is the one to serve. */
  public async trainedBy(name = this.name): Promise<string> {
    const { Parameter } = await this.ssm.send(
      new GetParameterCommand({ Name: modelDataUrlParameterName(name) }),
    );
    return Parameter!.Value!.split('/').at(-3)!;
  }

  /** What the endpoint makes of 1. */
  public async predict(kind: HostingKind = 'realtime'): Promise<number> {
    const answer = await this.runtime.send(
      new InvokeEndpointCommand({
        EndpointName: endpointName(this.name, kind),
        ContentType: 'application/json',
        Body: JSON.stringify({ instances: [1] }),
      }),
    );
    return (JSON.parse(answer.Body!.transformToString()) as { predictions: number[] }).predictions[0]!;
  }

  /** The names of all training jobs that there are. */
  public async trainingJobs(): Promise<string[]> {
    const { TrainingJobSummaries = [] } = await this.sagemaker.send(new ListTrainingJobsCommand({}));
    return TrainingJobSummaries.map(({ TrainingJobName }) => TrainingJobName!);
  }

  /** The names of all endpoints that there are. */
  public async endpoints(): Promise<string[]> {
    const { Endpoints = [] } = await this.sagemaker.send(new ListEndpointsCommand({}));
    return Endpoints.map(({ EndpointName }) => EndpointName!);
  }

  /** Deletes the endpoint, as somebody does in the console. */
  public async deleteEndpoint(): Promise<void> {
    await this.sagemaker.send(new DeleteEndpointCommand({ EndpointName: this.name }));
  }

  /** The jobs that have begun since the in-memory AWS started, deleted ones too. */
  public begunJobs(): Set<string> {
    return new Set(this.events.flatMap((event) => (event.type === 'training' ? [event.job] : [])));
  }

  /** The mails that were sent, in order. */
  public mails(): { subject: string; text: string }[] {
    return this.events.flatMap((event) => (event.type === 'mail' ? [event] : []));
  }

  /** Waits for the script of a job that has not begun yet. */
  public async untilBegun(): Promise<void> {
    const before = this.begunJobs();
    await this.until(
      (event) => event.type === 'training' && event.logLine === 'begun' && !before.has(event.job),
    );
  }

  /** Waits for something that an event tells. */
  public async until(condition: (event: EmulatorEvent) => boolean, seconds = 120): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while (!this.events.some(condition)) {
      if (Date.now() > deadline) {
        throw new Error(`it did not happen within ${seconds} s`);
      }
      await new Promise((done) => setTimeout(done, 100));
    }
  }

  /** What exists in the account, in a form that a failed test shows well. */
  public async left(): Promise<string[]> {
    const items = await this.aws.left();
    return items.map(({ service, type, name }) => `${service} ${type} ${name}`);
  }

  /** `npm run leftovers`, which looks as a person with an account would. */
  public async leftovers(name = this.name): Promise<CommandResult> {
    return this.aws.run(projectCommand('leftovers'), name);
  }

  public async stop(): Promise<void> {
    await this.aws.stop();
    this.directory.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
