import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type AppProps, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ConfigurationError } from '../lib/aws/configuration-error';
import { Hosting } from '../lib/endpoint/hosting';
import { SageMakerProject, type SageMakerProjectProps } from '../lib/project/sagemaker-project';
import { Channel } from '../lib/training/channel';
import { Framework } from '../lib/images/framework';
import type { TrainingProps } from '../lib/training/training-props';

/** The flags of cdk.json, so that tests see the templates that deploy. */
const { context } = JSON.parse(readFileSync(join(__dirname, '..', 'cdk.json'), 'utf8')) as {
  context: Record<string, unknown>;
};

/** A directory with a training script and a dataset, removed when its tests end. */
export class ProjectDirectory {
  public readonly path = mkdtempSync(join(tmpdir(), 'project-'));
  public readonly sourceDir = join(this.path, 'training');
  public readonly dataset = join(this.path, 'dataset');

  public constructor() {
    this.write('training/train.py', 'print("loss=1.0;")\n');
    this.write('dataset/original/a.txt', 'a');
  }

  /** Writes a file and the directories above it. */
  public write(path: string, contents: string): void {
    const file = join(this.path, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, contents);
  }

  public remove(): void {
    rmSync(this.path, { recursive: true });
  }

  /** A training job that has nothing wrong. */
  public training(changes: Partial<TrainingProps> = {}): TrainingProps {
    return {
      framework: Framework.tensorflow('2.21'),
      sourceDir: this.sourceDir,
      entryPoint: 'train.py',
      instanceType: 'ml.m5.xlarge',
      hyperparameters: { epochs: 20, optimizer: 'adam', nesterov: true },
      metricDefinitions: [{ name: 'validation:accuracy', regex: 'validation:accuracy=([0-9.]+);' }],
      minimumMetrics: { 'validation:accuracy': 0.75 },
      channels: { training: Channel.fromDirectory(this.dataset) },
      ...changes,
    };
  }

  /** A project that has nothing wrong. */
  public props(changes: Partial<SageMakerProjectProps> = {}): SageMakerProjectProps {
    return {
      training: this.training(),
      hosting: Hosting.realtime({ instanceType: 'ml.m5.xlarge' }),
      notebook: { instanceType: 'ml.t3.medium' },
      ...changes,
    };
  }
}

/** Where the apps of one test file write; removed at its end. */
const assemblies = mkdtempSync(join(tmpdir(), 'assemblies-'));
afterAll(() => rmSync(assemblies, { recursive: true }));

/** An app as the CDK CLI runs it with this project's cdk.json. */
export function testApp(props: AppProps = {}): App {
  return new App({ outdir: mkdtempSync(join(assemblies, 'cdk.out-')), ...props, context });
}

/** A stack's template as the assertions library reads it. */
export function templateOf(app: App, stackName: string): Template {
  return Template.fromStack(app.node.findChild(stackName) as Stack);
}

/** The templates of a project's stacks. */
export function synthesizedProject(props: SageMakerProjectProps, name = 'unet') {
  const app = testApp();
  new SageMakerProject(app, name, props);
  return {
    app,
    workspace: () => templateOf(app, `${name}-workspace`),
    training: () => templateOf(app, `${name}-training`),
    endpoint: () => templateOf(app, `${name}-endpoint`),
  };
}

/** What is wrong with a project, one line each. */
export function problemsOf(props: SageMakerProjectProps, name = 'unet'): readonly string[] {
  try {
    new SageMakerProject(testApp(), name, props);
  } catch (error) {
    if (error instanceof ConfigurationError) {
      return error.problems;
    }
    throw error;
  }
  return [];
}

/** A template without the hashes of bundled functions, which change with every line of theirs and say nothing in a review. */
export function withoutBundleHashes(template: unknown): unknown {
  return JSON.parse(JSON.stringify(template).replaceAll(/"[0-9a-f]{64}\.zip"/g, '"<bundle>.zip"'));
}
