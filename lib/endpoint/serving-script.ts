// The script with `model_fn` and the other handlers: where a serving container has it from, as the SageMaker Python SDK's models say it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Annotations, Stack } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { allow } from '../aws/sagemaker-permissions';
import type { Estimator } from '../images/estimator';
import { SourceDirectory } from '../training/source-directory';
import type { InstanceHostingOptions } from './hosting-props';
import type { Script } from '../training/training';

/** What a person said of the script that serves, and what trained. */
export interface DeclaredServing extends Pick<
  InstanceHostingOptions,
  'entryPoint' | 'sourceDir' | 'enableNetworkIsolation'
> {
  readonly estimator: Estimator;
  /** The script that trained; none if another project did. */
  readonly trained: TrainedBy | undefined;
}

/** The script that trained a model. */
export interface TrainedBy extends Script {
  /** Directories with data, which its archive leaves out. */
  readonly data: readonly string[];
  /** Directories that lie beside it, and beside the script that serves. */
  readonly dependencies: readonly string[];
}

/** The default of PyTorch's and Hugging Face's toolkits. */
export const MODEL_SCRIPT = 'inference.py';
const MODEL_CODE = '/opt/ml/model/code';
const HANDLER = /^def (model|input|predict|output|transform)_fn\b/m;
const CODE_FOLDER = /['"/]code['"/]/;

/** What the serving container is told of its script. */
export interface ServingScript {
  readonly environment: Readonly<Record<string, string>>;
  /** What lets the model's role read it. */
  readonly statements: readonly PolicyStatement[];
}

/** The script of a project's endpoint, in its stack. */
export function servingScript(scope: Construct, declared: DeclaredServing): ServingScript {
  const { estimator, entryPoint } = declared;
  const alone = estimator.servingScript === 'declared' && entryPoint === undefined;
  if (estimator.servingScript === 'none' || alone) {
    return { environment: {}, statements: [] };
  }
  const environment = (program: string, directory: string) => ({
    SAGEMAKER_PROGRAM: program,
    SAGEMAKER_SUBMIT_DIRECTORY: directory,
    SAGEMAKER_CONTAINER_LOG_LEVEL: '20',
    SAGEMAKER_REGION: Stack.of(scope).region,
  });
  if (estimator.servingScript === 'model') {
    const warning = uncopiedScript(declared);
    if (warning !== undefined) {
      Annotations.of(scope).addWarningV2('sagemaker-project:servingScript', warning);
    }
    return { environment: environment(entryPoint ?? MODEL_SCRIPT, MODEL_CODE), statements: [] };
  }
  // A project without one is refused before, by the problems below.
  const script = archivedScript(declared)!;
  const { data, dependencies } = declared.trained ?? {};
  const archive = new SourceDirectory(script.sourceDir, data, dependencies).asset(scope, 'Source');
  return {
    environment: environment(script.entryPoint, archive.s3ObjectUrl),
    statements: [allow(['s3:GetObject'], [archive.bucket.arnForObjects(archive.s3ObjectKey)])],
  };
}

/** Handlers of the source that a container would not find; undefined if none. The SDK's `deploy` downloads the model and puts them in. */
function uncopiedScript({ estimator, entryPoint, trained }: DeclaredServing): string | undefined {
  if (!trained) {
    return undefined;
  }
  const texts = new Map(
    new SourceDirectory(trained.sourceDir, trained.data)
      .files()
      .filter((file) => /\.(py|sh)$/.test(file))
      .map((file) => [file, readFileSync(join(trained.sourceDir, file), 'utf8')]),
  );
  const wanted = [entryPoint ?? MODEL_SCRIPT, trained.entryPoint];
  const program = wanted.find((file) => HANDLER.test(texts.get(file) ?? ''));
  return program === undefined || [...texts.values()].some((text) => CODE_FOLDER.test(text))
    ? undefined
    : `${program} has handlers, which the container of ${String(estimator)} looks for in the folder code of the model's archive, and nothing in ` +
        `'${trained.sourceDir}' writes there; let ${trained.entryPoint} do so: ` +
        `shutil.copytree(os.path.dirname(os.path.abspath(__file__)), os.path.join(os.environ['SM_MODEL_DIR'], 'code'))` +
        (program === wanted[0] ? '' : `, and name it: hosting.entryPoint: '${program}'`);
}

/** What is wrong with the script that serves. */
export function servingScriptProblems(declared: DeclaredServing): string[] {
  const { estimator, entryPoint } = declared;
  const useless = (props: readonly ('entryPoint' | 'sourceDir')[], reason: string) =>
    props
      .filter((prop) => declared[prop] !== undefined)
      .map((prop) => `hosting.${prop}: ${reason}; leave it out`);
  switch (estimator.servingScript) {
    case 'none':
      return useless(
        ['entryPoint', 'sourceDir'],
        estimator.name === 'tensorflow'
          ? "TensorFlow's container takes its script from code/inference.py in the model's archive, and from nowhere else"
          : `the container of ${String(estimator)} runs no script`,
      );
    case 'model':
      return useless(
        ['sourceDir'],
        `the container of ${String(estimator)} takes its script from the folder code of the model's archive`,
      );
    case 'declared':
      return entryPoint === undefined
        ? useless(['sourceDir'], 'without hosting.entryPoint an image of your own serves by itself')
        : archiveProblems(declared);
    case 'archive':
      return archiveProblems(declared);
  }
}

/** What is wrong with a script that comes by an archive. */
function archiveProblems(declared: DeclaredServing): string[] {
  const { estimator, trained } = declared;
  if (declared.enableNetworkIsolation) {
    return [
      `hosting.enableNetworkIsolation: the container of ${String(estimator)} downloads the script with model_fn by itself, and could not; ` +
        'leave it out, or give an image of your own that holds the script: Framework.image({ training, inference })',
    ];
  }
  const script = archivedScript(declared);
  if (!script) {
    return [
      `hosting.entryPoint: ${String(estimator)} serves by a script with model_fn; give hosting.sourceDir and hosting.entryPoint`,
    ];
  }
  return script.sourceDir === trained?.sourceDir && script.entryPoint === trained.entryPoint
    ? []
    : new SourceDirectory(script.sourceDir, trained?.data).problems(script.entryPoint, 'hosting');
}

/** What a person said, else what trained. */
function archivedScript({ entryPoint, sourceDir, trained }: DeclaredServing): Script | undefined {
  const script = {
    sourceDir: sourceDir ?? trained?.sourceDir,
    entryPoint: entryPoint ?? trained?.entryPoint,
  };
  return script.sourceDir !== undefined && script.entryPoint !== undefined ? (script as Script) : undefined;
}
