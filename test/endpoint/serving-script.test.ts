import { Hosting } from '../../lib/endpoint/hosting';
import type { RealtimeHostingProps } from '../../lib/endpoint/hosting-props';
import { ModelSource } from '../../lib/endpoint/model-source';
import { Algorithm } from '../../lib/images/algorithm';
import { Framework } from '../../lib/images/framework';
import type { SageMakerProjectProps } from '../../lib/project/sagemaker-project';
import { problemsOf, ProjectDirectory, synthesizedProject } from '../project-fixture';

const directory = new ProjectDirectory();
directory.write('training/serve.py', 'def model_fn(directory): ...\n');
directory.write('handlers/inference.py', 'def model_fn(directory): ...\n');
afterAll(() => directory.remove());

const hosting = (options: Partial<RealtimeHostingProps> = {}) =>
  Hosting.realtime({ instanceType: 'ml.m5.xlarge', ...options });
const trainedBy = (
  framework: Framework,
  options: Partial<RealtimeHostingProps> = {},
): SageMakerProjectProps => ({
  training: directory.training({ framework }),
  hosting: hosting(options),
});
const model = ModelSource.fromS3('s3://some-bucket/model.tar.gz', { framework: Framework.sklearn() });

/** The serving container's environment. */
function environment(props: SageMakerProjectProps): Record<string, unknown> | undefined {
  const [resource] = Object.values(
    synthesizedProject(props).endpoint().findResources('AWS::SageMaker::Model'),
  );
  const container = resource!.Properties.PrimaryContainer ?? resource!.Properties.Containers[0];
  return container.Environment;
}

/** What SKLearnModel and XGBoostModel of the SageMaker Python SDK send beside the program and its place. */
const ALWAYS = { SAGEMAKER_CONTAINER_LOG_LEVEL: '20', SAGEMAKER_REGION: { Ref: 'AWS::Region' } };

test.each([Framework.sklearn(), Framework.xgboost()])(
  '%s gets the script that trained, in the archive of the training',
  (framework) => {
    const props = trainedBy(framework);
    const archive = /[0-9a-f]{64}(\.tar)?\.gz/;
    const told = environment(props)!;
    expect(told).toMatchObject({ SAGEMAKER_PROGRAM: 'train.py', ...ALWAYS });
    const place = JSON.stringify(told.SAGEMAKER_SUBMIT_DIRECTORY);
    expect(place).toContain('s3://');
    // One archive for both: what trained is what serves.
    const trains = JSON.stringify(synthesizedProject(props).training().toJSON());
    expect(archive.exec(place)![0]).toBe(archive.exec(trains)![0]);
    // The model's role may read it.
    const policies = synthesizedProject(props).endpoint().findResources('AWS::IAM::Policy');
    expect(JSON.stringify(policies)).toContain(archive.exec(place)![0]);
  },
);

test('a script of its own serves, from a directory of its own too', () => {
  expect(environment(trainedBy(Framework.sklearn(), { entryPoint: 'serve.py' }))).toMatchObject({
    SAGEMAKER_PROGRAM: 'serve.py',
  });
  const handlers = { sourceDir: `${directory.path}/handlers`, entryPoint: 'inference.py' };
  expect(environment({ model, hosting: hosting(handlers) })).toMatchObject({
    SAGEMAKER_PROGRAM: 'inference.py',
  });
});

test.each([
  [{}, 'inference.py'],
  [{ entryPoint: 'serve.py' }, 'serve.py'],
])('Hugging Face with %j runs a script of the model archive', (options, program) => {
  const framework = Framework.huggingface({ transformers: '5.5', pytorch: '2.6' });
  const source = ModelSource.fromS3('s3://some-bucket/model.tar.gz', { framework });
  expect(environment({ model: source, hosting: hosting(options) })).toEqual({
    SAGEMAKER_PROGRAM: program,
    SAGEMAKER_SUBMIT_DIRECTORY: '/opt/ml/model/code',
    ...ALWAYS,
  });
});

const MODEL_FN = 'def model_fn(directory): ...\n';
const COPIED = "shutil.copytree('.', os.path.join(os.environ['SM_MODEL_DIR'], 'code'))\n";
const KEPT_OUT =
  /^inference\.py has handlers.*nothing in '.*' writes there; let train\.py do so: shutil\.copytree.*'code'\)\)$/;

test.each<[string, Readonly<Record<string, string>>, string | undefined, RegExp[]]>([
  [
    'train.py',
    { 'train.py': MODEL_FN },
    undefined,
    [/copytree.*, and name it: hosting\.entryPoint: 'train\.py'$/],
  ],
  [
    'train.py that is named',
    { 'train.py': MODEL_FN },
    'train.py',
    [/^train\.py has handlers.*copytree.*'code'\)\)$/],
  ],
  ['a script beside it', { 'train.py': '', 'inference.py': MODEL_FN }, undefined, [KEPT_OUT]],
  ['a script that is copied', { 'train.py': MODEL_FN + COPIED }, 'train.py', []],
  ['no script, but TorchScript', { 'train.py': 'torch.jit.script(network)' }, undefined, []],
])(
  'of PyTorch with model_fn in %s a synthesis says what its container does not find',
  (title, files, entryPoint, told) => {
    const sourceDir = `${directory.path}/${title}`;
    for (const [name, text] of Object.entries(files)) {
      directory.write(`${title}/${name}`, text);
    }
    const { app } = synthesizedProject({
      training: directory.training({ framework: Framework.pytorch(), sourceDir }),
      hosting: hosting(entryPoint === undefined ? {} : { entryPoint }),
    });
    const entries = app.node
      .findChild('unet-endpoint')
      .node.findAll()
      .flatMap(({ node }) => node.metadata);
    const texts = entries
      .filter(({ data }) => String(data).includes('has handlers'))
      .map(({ data }) => String(data).replace(/ \[ack: .*$/, ''));
    expect(texts).toEqual(told.map((text) => expect.stringMatching(text)));
  },
);

test('what a person says of the environment comes last, and TensorFlow gets nothing else', () => {
  const environmentOf = (framework: Framework) =>
    environment(trainedBy(framework, { environment: { SAGEMAKER_PROGRAM: 'mine.py' } }));
  expect(environmentOf(Framework.sklearn())).toMatchObject({ SAGEMAKER_PROGRAM: 'mine.py', ...ALWAYS });
  expect(environmentOf(Framework.tensorflow())).toEqual({ SAGEMAKER_PROGRAM: 'mine.py' });
});

test.each<[string, SageMakerProjectProps, RegExp]>([
  [
    'TensorFlow with a script',
    trainedBy(Framework.tensorflow(), { entryPoint: 'a.py' }),
    /^hosting\.entryPoint: TensorFlow's container takes its script from code\/inference\.py in the model's archive/,
  ],
  [
    'TensorFlow with a directory',
    trainedBy(Framework.tensorflow(), { sourceDir: 'a' }),
    /^hosting\.sourceDir: TensorFlow's container/,
  ],
  [
    'PyTorch with a directory',
    trainedBy(Framework.pytorch(), { sourceDir: 'a' }),
    /^hosting\.sourceDir: the container of PyTorch 2\.6 takes its script from the folder code of the model's archive; leave it out$/,
  ],
  [
    'a script that is not there',
    trainedBy(Framework.sklearn(), { entryPoint: 'gone.py' }),
    /^hosting\.entryPoint: no file 'gone\.py' in sourceDir/,
  ],
  [
    'a directory that is not there',
    trainedBy(Framework.sklearn(), { sourceDir: 'nowhere' }),
    /^hosting\.sourceDir: no directory 'nowhere'/,
  ],
  [
    'a model without a script',
    { model, hosting: hosting() },
    /^hosting\.entryPoint: scikit-learn 1\.9-0 serves by a script with model_fn; give hosting\.sourceDir and hosting\.entryPoint$/,
  ],
  [
    'a model with half a script',
    { model, hosting: hosting({ entryPoint: 'inference.py' }) },
    /^hosting\.entryPoint: scikit-learn 1\.9-0 serves by a script/,
  ],
  [
    'an algorithm with a script',
    {
      model: ModelSource.fromS3('s3://some-bucket/m.tar.gz', { algorithm: Algorithm.pca() }),
      hosting: hosting({ entryPoint: 'a.py' }),
    },
    /^hosting\.entryPoint: the container of Principal Component Analysis runs no script/,
  ],
  [
    'a training that nothing serves',
    trainedBy(Framework.pytorch('2.13')),
    /^training\.framework: no image serves PyTorch 2\.13; there are 2\.6, /,
  ],
  [
    'a model on a GPU that has no image',
    { model, hosting: Hosting.async({ instanceType: 'ml.g5.xlarge' }) },
    /^model\.framework: sagemaker-scikit-learn 1\.9-0 has no image for GPU instances/,
  ],
  [
    'a version that does not exist, at both uses',
    trainedBy(Framework.tensorflow('2.17')),
    /^training\.framework: no image (trains|serves) TensorFlow 2\.17/,
  ],
])('fails for %s', (_what, props, problem) => {
  expect(problemsOf(props)).toContainEqual(expect.stringMatching(problem));
});
