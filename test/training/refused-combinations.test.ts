import { Duration, Size } from 'aws-cdk-lib';
import { Algorithm } from '../../lib/images/algorithm';
import { ContainerImage } from '../../lib/images/container-image';
import { Framework } from '../../lib/images/framework';
import { Channel } from '../../lib/training/channel';
import { Distribution } from '../../lib/training/distribution';
import { withDefaults } from '../../lib/training/training';
import { trainingProblems } from '../../lib/training/training-problems';
import type { TrainingProps } from '../../lib/training/training-props';
import { ProjectDirectory } from '../project-fixture';

const directory = new ProjectDirectory();
directory.write('wheels/train.py', '');
directory.write('wheels/requirements.txt', '--no-index\n--find-links wheels\nmine\n');
directory.write('index/train.py', '');
directory.write('index/requirements.txt', '# mine\nmine\n');
afterAll(() => directory.remove());

const data = Channel.fromS3('s3://some-bucket/x/');
const TENSORFLOW: TrainingProps = directory.training();
const SKLEARN = { framework: Framework.sklearn(), minimumMetrics: {} };
const PYTORCH = { framework: Framework.pytorch('2.5'), instanceType: 'ml.g5.xlarge' } as const;
const SCRIPTLESS = { sourceDir: undefined, entryPoint: undefined, metricDefinitions: [], minimumMetrics: {} };
const OWN = {
  ...SCRIPTLESS,
  framework: Framework.image({
    training: ContainerImage.fromUri('111122223333.dkr.ecr.us-east-1.amazonaws.com/mine:1'),
  }),
  hyperparameters: {},
};
const XGBOOST = {
  ...SCRIPTLESS,
  framework: undefined,
  algorithm: Algorithm.xgboost(),
  hyperparameters: { num_round: 1 },
  channels: { train: data },
};
const PLAN = 'arn:aws:sagemaker:us-east-1:111122223333:training-plan/mine';

const problems = (changes: Partial<TrainingProps>) =>
  trainingProblems(withDefaults({ ...TENSORFLOW, ...changes }), undefined);
const reads = (channel: Channel, changes: Partial<TrainingProps> = {}): Partial<TrainingProps> => ({
  channels: { training: channel },
  ...changes,
});
const s3 = (options: Parameters<typeof Channel.fromS3>[1]) => Channel.fromS3('s3://some-bucket/x/', options);
const manifest = (uri: string, options: object = {}) =>
  Channel.fromManifest(uri, { dataUris: ['s3://some-bucket/x/'], ...options });
const augmented = (options: object = {}) =>
  Channel.fromAugmentedManifest('s3://some-bucket/a.manifest', {
    dataUris: ['s3://some-bucket/x/'],
    attributeNames: ['source-ref'],
    ...options,
  });
const files = (options: object = {}) =>
  Channel.fromFileSystem({
    fileSystemId: 'fs-0123456789abcdef0',
    fileSystemType: 'EFS',
    directoryPath: '/data',
    ...options,
  });
/** Stands for a network: nothing asks it for anything here. */
const vpc = {} as never;

/** What does not go together, the one problem that it is, and the way out that it ends with. */
const REFUSED: [title: string, changes: Partial<TrainingProps>, problem: string, wayOut: string][] = [
  // Input modes
  [
    'gzip as files',
    reads(s3({ compressionType: 'Gzip' })),
    'channels.training.compressionType: in File mode',
    'leave it out, or choose inputMode Pipe',
  ],
  [
    'gzip as fast files',
    reads(s3({ compressionType: 'Gzip', inputMode: 'FastFile' })),
    'channels.training.compressionType: in FastFile mode',
    'leave it out, or choose inputMode Pipe',
  ],
  [
    "gzip by the job's own mode",
    reads(s3({ compressionType: 'Gzip' }), { inputMode: 'FastFile' }),
    'channels.training.compressionType: in FastFile mode',
    'leave it out, or choose inputMode Pipe',
  ],
  [
    'RecordIO as files',
    reads(s3({ recordWrapperType: 'RecordIO' })),
    'channels.training.recordWrapperType: in File mode',
    'leave it out, or choose inputMode Pipe',
  ],
  [
    'RecordIO as fast files',
    reads(s3({ recordWrapperType: 'RecordIO', inputMode: 'FastFile' })),
    'channels.training.recordWrapperType: in FastFile mode',
    'leave it out, or choose inputMode Pipe',
  ],
  [
    'half a seed',
    reads(s3({ shuffleSeed: 0.5 })),
    'channels.training.shuffleSeed: 0.5 is not a whole number',
    'give such as 42',
  ],
  [
    'a seed beyond what JSON keeps',
    reads(s3({ shuffleSeed: 2 ** 60 })),
    'channels.training.shuffleSeed: 1152921504606847000 is not',
    'give such as 42',
  ],
  [
    'gzip of a directory',
    reads(Channel.fromDirectory(directory.dataset, { compressionType: 'Gzip' })),
    'channels.training.compressionType: in File mode',
    'choose inputMode Pipe',
  ],
  // Manifests
  [
    'a manifest as fast files',
    reads(manifest('s3://some-bucket/m', { inputMode: 'FastFile' })),
    'channels.training.inputMode: FastFile reads prefixes and no manifest',
    'choose File or Pipe, or Channel.fromS3',
  ],
  [
    "a manifest by the job's fast files",
    reads(manifest('s3://some-bucket/m'), { inputMode: 'FastFile' }),
    'channels.training.inputMode: FastFile reads prefixes',
    'choose File or Pipe, or Channel.fromS3',
  ],
  [
    'a manifest that is a prefix',
    reads(manifest('s3://some-bucket/m/')),
    "channels.training: 's3://some-bucket/m/' is a prefix",
    'name the manifest itself, or use Channel.fromS3',
  ],
  [
    'a manifest without its data',
    reads(manifest('s3://some-bucket/m', { dataUris: [] })),
    'channels.training.dataUris: is empty',
    'name where the data of the manifest lies, such as s3://my-bucket/images/',
  ],
  [
    'a manifest that is no URI',
    reads(manifest('m.manifest')),
    "channels.training: 'm.manifest' is not an S3 URI",
    'write s3://<bucket>/<prefix>',
  ],
  [
    'data of a manifest that is no URI',
    reads(manifest('s3://some-bucket/m', { dataUris: ['x'] })),
    "channels.training: 'x' is not an S3 URI",
    'write s3://<bucket>/<prefix>',
  ],
  [
    'data of a manifest with an empty part',
    reads(manifest('s3://some-bucket/m', { dataUris: ['s3://some-bucket/a//b'] })),
    "channels.training: 's3://some-bucket/a//b' has '//' in its key",
    'copy the data to a key without it',
  ],
  [
    'an augmented manifest as files',
    reads(augmented({ inputMode: 'File' })),
    'channels.training.inputMode: an augmented manifest is streamed, and File is no stream',
    'choose Pipe',
  ],
  [
    'an augmented manifest as fast files',
    reads(augmented({ inputMode: 'FastFile' })),
    'channels.training.inputMode: an augmented manifest is streamed',
    'choose Pipe',
  ],
  [
    'no attribute',
    reads(augmented({ attributeNames: [] })),
    'channels.training.attributeNames: 0 of them',
    "name 1 to 16 attributes of the manifest's lines",
  ],
  [
    '17 attributes',
    reads(augmented({ attributeNames: Array.from({ length: 17 }, String) })),
    'channels.training.attributeNames: 17 of them',
    "name 1 to 16 attributes of the manifest's lines",
  ],
  // File systems
  [
    'a file system without a network',
    reads(files()),
    'channels.training: a file system is reached in its network alone',
    'give vpc, and securityGroups that it lets in',
  ],
  [
    'a file system as a stream',
    reads(files(), { vpc, inputMode: 'Pipe' }),
    'channels.training: a file system is mounted, and inputMode is Pipe',
    'give inputMode to the others alone',
  ],
  [
    'a file system as fast files',
    reads(files(), { vpc, inputMode: 'FastFile' }),
    'channels.training: a file system is mounted, and inputMode is FastFile',
    'give inputMode to the others alone',
  ],
  [
    'a file system by its name',
    reads(files({ fileSystemId: 'data' }), { vpc }),
    "channels.training.fileSystemId: 'data' is not the id",
    'write such as fs-0123456789abcdef0',
  ],
  [
    'a file system by its ARN',
    reads(files({ fileSystemId: 'arn:aws:fsx:x' }), { vpc }),
    "channels.training.fileSystemId: 'arn:aws:fsx:x' is not the id",
    'write such as fs-0123456789abcdef0',
  ],
  [
    'a relative directory',
    reads(files({ directoryPath: 'data' }), { vpc }),
    "channels.training.directoryPath: 'data' does not begin with '/'",
    "write the path from the file system's root",
  ],
  // Network
  [
    'security groups without a network',
    { securityGroups: [{}] as never },
    'securityGroups: only with a vpc',
    'give vpc, or leave it out',
  ],
  [
    'no security group',
    { vpc, securityGroups: [] },
    'securityGroups: 0 of them',
    'leave it out for one of its own',
  ],
  [
    'six security groups',
    { vpc, securityGroups: Array.from({ length: 6 }) as never },
    'securityGroups: 6 of them',
    'leave it out for one of its own',
  ],
  [
    'an isolated job that installs from an index',
    { enableNetworkIsolation: true, sourceDir: `${directory.path}/index` },
    "enableNetworkIsolation: pip reaches no index for sourceDir's requirements.txt",
    'or take an image that has the packages',
  ],
  [
    'an isolated job with packages of a repository',
    {
      enableNetworkIsolation: true,
      environment: { CA_REPOSITORY_ARN: 'arn:aws:codeartifact:us-east-1:111122223333:repository/d/r' },
    },
    'environment.CA_REPOSITORY_ARN: with enableNetworkIsolation pip reaches no repository',
    'leave one of the two out',
  ],
  [
    'a shell in an isolated container',
    { enableNetworkIsolation: true, enableRemoteDebug: true },
    'enableRemoteDebug: with enableNetworkIsolation nobody reaches the container',
    'leave one of the two out',
  ],
  [
    "a channel by the name of the script's",
    { enableNetworkIsolation: true, channels: { code: data } },
    'channels.code: with enableNetworkIsolation the script comes by a channel of this name',
    'rename yours',
  ],
  [
    "20 channels and the script's",
    {
      enableNetworkIsolation: true,
      channels: Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`c${index}`, data])),
    },
    'channels: 20 channels, and 1 to 19 are allowed',
    'give one, or put several below one prefix',
  ],
  // Container
  [
    'an entry point of a framework',
    { containerEntryPoint: ['x'] },
    "containerEntryPoint: the image's own program starts the script",
    'leave it out, or take Framework.image()',
  ],
  [
    'arguments of a framework',
    { containerArguments: ['x'] },
    "containerArguments: the image's own program starts the script",
    'leave it out, or take Framework.image()',
  ],
  [
    'an entry point of an algorithm',
    { ...XGBOOST, containerEntryPoint: ['x'] },
    "containerEntryPoint: the image's own program is the algorithm",
    'leave it out, or take Framework.image()',
  ],
  [
    'arguments of an algorithm',
    { ...XGBOOST, containerArguments: ['x'] },
    "containerArguments: the image's own program is the algorithm",
    'leave it out, or take Framework.image()',
  ],
  [
    'an entry point beside a script',
    { framework: OWN.framework, containerEntryPoint: ['x'] },
    'containerEntryPoint: then nothing starts the script',
    'leave out containerEntryPoint, or sourceDir and entryPoint',
  ],
  [
    'arguments beside a script',
    { framework: OWN.framework, containerArguments: ['x'] },
    'containerArguments: then nothing starts the script',
    'leave out containerArguments, or sourceDir and entryPoint',
  ],
  [
    'an empty entry point',
    { ...OWN, containerEntryPoint: [] },
    'containerEntryPoint: 0 texts, and 1 to 100 are allowed',
    "leave it out for the image's own",
  ],
  [
    '101 arguments',
    { ...OWN, containerArguments: Array.from({ length: 101 }, String) },
    'containerArguments: 101 texts, and 1 to 100 are allowed',
    "leave it out for the image's own",
  ],
  [
    'an argument beyond 256 characters',
    { ...OWN, containerArguments: ['x'.repeat(257)] },
    "containerArguments: 'xxxxxxxxxxxxxxxxxxxx…' has 257 characters, at most 256",
    'put it into the image',
  ],
  [
    "an algorithm's log level",
    { ...XGBOOST, containerLogLevel: 'DEBUG' },
    'containerLogLevel: only the toolkit that starts a script reads it',
    'leave it out',
  ],
  [
    "an image's log level",
    { ...OWN, containerLogLevel: 'DEBUG' },
    'containerLogLevel: only the toolkit that starts a script reads it',
    'leave it out',
  ],
  // Distribution
  [
    'TensorFlow workers of PyTorch',
    { ...PYTORCH, distribution: Distribution.multiWorkerMirroredStrategy() },
    "distribution: multiWorkerMirroredStrategy is TensorFlow's, from 2.9",
    'choose Framework.tensorflow(), or another distribution',
  ],
  [
    'TensorFlow workers of an old TensorFlow',
    { framework: Framework.tensorflow('2.8'), distribution: Distribution.multiWorkerMirroredStrategy() },
    "distribution: multiWorkerMirroredStrategy is TensorFlow's, from 2.9",
    'choose Framework.tensorflow(), or another distribution',
  ],
  [
    'parameter servers of PyTorch',
    { ...PYTORCH, instanceCount: 2, distribution: Distribution.parameterServer() },
    "distribution: parameterServer is TensorFlow's",
    'choose Framework.tensorflow(), or another distribution',
  ],
  [
    'parameter servers on one instance',
    { distribution: Distribution.parameterServer() },
    'distribution: parameterServer starts none on one instance',
    'give instanceCount from 2, or leave it out',
  ],
  [
    'torchrun of TensorFlow',
    { instanceType: 'ml.g5.xlarge', distribution: Distribution.torchDistributed() },
    "distribution: torchDistributed is PyTorch's",
    'choose Framework.pytorch(), or another distribution',
  ],
  [
    'torchrun on CPUs',
    { ...PYTORCH, instanceType: 'ml.m5.xlarge', distribution: Distribution.torchDistributed() },
    "distribution: torchDistributed wants GPUs, and 'ml.m5.xlarge' has none",
    'choose such as ml.g5.xlarge',
  ],
  [
    'MPI of scikit-learn',
    { ...SKLEARN, distribution: Distribution.mpi() },
    "distribution: mpi is in TensorFlow's, PyTorch's and Hugging Face's images",
    'choose one of these frameworks',
  ],
  [
    'torchrun of scikit-learn',
    { ...SKLEARN, instanceType: 'ml.g5.xlarge', distribution: Distribution.torchDistributed() },
    "distribution: torchDistributed is PyTorch's",
    'choose Framework.pytorch(), or another distribution',
  ],
  [
    'no process of MPI',
    { distribution: Distribution.mpi({ processesPerHost: 0 }) },
    'distribution: processesPerHost: 0 is not a whole number from 1',
    "leave it out for the toolkit's own",
  ],
  [
    'half a process of MPI',
    { distribution: Distribution.mpi({ processesPerHost: 1.5 }) },
    'distribution: processesPerHost: 1.5 is not a whole number from 1',
    "leave it out for the toolkit's own",
  ],
  [
    'a misspelt option of MPI',
    { distribution: Distribution.mpi({ processPerHost: 2 } as never) },
    'distribution.processPerHost: there is no such prop',
    'did you mean processesPerHost?',
  ],
  [
    'a distributed algorithm',
    { ...XGBOOST, distribution: Distribution.mpi() },
    'distribution: only the toolkit that starts a script reads it, and an algorithm distributes itself',
    'leave it out',
  ],
  [
    'a distributed image',
    { ...OWN, distribution: Distribution.mpi() },
    'distribution: only the toolkit that starts a script reads it, and there is no script',
    'leave it out',
  ],
  // Plan
  [
    'a plan by its name',
    { trainingPlan: 'mine' },
    "trainingPlan: 'mine' is not the ARN of a training plan",
    'write arn:aws:sagemaker:REGION:ACCOUNT:training-plan/NAME',
  ],
  [
    'the ARN of something else',
    { trainingPlan: PLAN.replace('training-plan', 'training-job') },
    "trainingPlan: 'arn:aws:sagemaker:us-east-1:111122223333:training-job/mine' is not",
    'write arn:aws:sagemaker:REGION:ACCOUNT:training-plan/NAME',
  ],
  [
    'a plan with spot',
    { trainingPlan: PLAN, spot: true },
    'trainingPlan: its instances are reserved, and spot takes spare ones',
    'leave one of the two out',
  ],
  [
    'a plan with a budget',
    { trainingPlan: PLAN, budget: 5 },
    'trainingPlan: it is paid when it is bought, so a budget says nothing',
    'give maxRuntime in its place',
  ],
  // Monitoring
  [
    'a profiler that looks every two seconds',
    { profiler: { systemMonitorInterval: Duration.seconds(2) } },
    'profiler.systemMonitorInterval: 2000 ms is none of 100, 200, 500, 1000, 5000, 60000 ms',
    'take the next, such as Duration.millis(500)',
  ],
  [
    'a profiler that always looks',
    { profiler: { systemMonitorInterval: Duration.millis(0) } },
    'profiler.systemMonitorInterval: 0 ms is none of',
    'take the next, such as Duration.millis(500)',
  ],
  [
    'TensorBoard logs by a relative path',
    { tensorBoardOutput: { containerLocalOutputPath: 'logs' } },
    "tensorBoardOutput.containerLocalOutputPath: 'logs' is not a path in the container",
    'leave it out for /opt/ml/output/tensorboard',
  ],
  [
    'TensorBoard logs in the model',
    { tensorBoardOutput: { containerLocalOutputPath: '/opt/ml/model/logs' } },
    "tensorBoardOutput.containerLocalOutputPath: '/opt/ml/model/logs' becomes the model",
    'leave it out for /opt/ml/output/tensorboard',
  ],
  [
    'TensorBoard logs in the data',
    { tensorBoardOutput: { containerLocalOutputPath: '/opt/ml/input' } },
    "tensorBoardOutput.containerLocalOutputPath: '/opt/ml/input' holds the data",
    'leave it out for /opt/ml/output/tensorboard',
  ],
  [
    'TensorBoard logs beside the script',
    { tensorBoardOutput: { containerLocalOutputPath: '/opt/ml/code/runs' } },
    "tensorBoardOutput.containerLocalOutputPath: '/opt/ml/code/runs' holds the script",
    'leave it out for /opt/ml/output/tensorboard',
  ],
  [
    'TensorBoard logs among the checkpoints',
    { tensorBoardOutput: { containerLocalOutputPath: '/opt/ml/checkpoints' } },
    "tensorBoardOutput.containerLocalOutputPath: '/opt/ml/checkpoints' is kept by checkpoints",
    'leave it out for /opt/ml/output/tensorboard',
  ],
];

test.each(REFUSED)('fails for %s, with its way out', (_title, changes, problem, wayOut) => {
  const found = problems(changes);
  expect(found).toHaveLength(1);
  expect(found[0]!.startsWith(`training.${problem}`)).toBe(true);
  expect(found[0]!.endsWith(wayOut)).toBe(true);
});

test('there are at least 60 of them, each another', () => {
  expect(new Set(REFUSED.map(([title]) => title)).size).toBe(REFUSED.length);
  expect(REFUSED.length).toBeGreaterThanOrEqual(60);
});

test.each<[string, Partial<TrainingProps>]>([
  [
    'an isolated job with its packages beside it',
    { enableNetworkIsolation: true, sourceDir: `${directory.path}/wheels` },
  ],
  ['an isolated algorithm', { ...XGBOOST, enableNetworkIsolation: true }],
  [
    'a stream of gzip and RecordIO',
    reads(s3({ compressionType: 'Gzip', recordWrapperType: 'RecordIO', inputMode: 'Pipe' })),
  ],
  ['a manifest as files', reads(manifest('s3://some-bucket/m'))],
  ['an augmented manifest', reads(augmented())],
  ['a file system in a network', reads(files(), { vpc })],
  ['a file system beside a stream', { vpc, channels: { a: files(), b: s3({ inputMode: 'Pipe' }) } }],
  ['parameter servers', { instanceCount: 2, distribution: Distribution.parameterServer() }],
  ['torchrun on GPUs', { ...PYTORCH, distribution: Distribution.torchDistributed() }],
  [
    'a distribution of an image with a toolkit',
    { framework: OWN.framework, distribution: Distribution.mpi() },
  ],
  [
    'an image by its own program',
    { ...OWN, containerEntryPoint: ['python', 'train.py'], containerArguments: ['--fast'] },
  ],
  [
    'a plan and its longest run',
    { trainingPlan: PLAN, maxRuntime: Duration.hours(5), volumeSize: Size.gibibytes(500) },
  ],
  [
    'a profiler and TensorBoard',
    { profiler: {}, tensorBoardOutput: {}, enableInfraCheck: true, enableRemoteDebug: true },
  ],
])('takes %s', (_title, changes) => {
  expect(problems(changes)).toEqual([]);
});
