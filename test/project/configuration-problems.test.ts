import { Duration, Size, Stage } from 'aws-cdk-lib';
import { ConfigurationError } from '../../lib/aws/configuration-error';
import { Hosting } from '../../lib/endpoint/hosting';
import { ModelSource } from '../../lib/endpoint/model-source';
import type { SageMakerProjectProps } from '../../lib/project/sagemaker-project';
import { SageMakerProject } from '../../lib/project/sagemaker-project';
import { Channel } from '../../lib/training/channel';
import type { TrainingProps } from '../../lib/training/training-props';
import { problemsOf, ProjectDirectory, testApp } from '../project-fixture';

const directory = new ProjectDirectory();
directory.write('training/nested/other.py', '');
directory.write('training/notes.txt', '');
directory.write('training/a;b.py', '');
directory.write('training/-train.py', '');
directory.write('training/secret.py', '');
directory.write('training/.sagemakerignore', 'secret.py\n');
directory.write('empty/.keep/.gitkeep', '');
directory.write('model/saved_model.pb', '');
afterAll(() => directory.remove());

type Case = [title: string, changes: Partial<TrainingProps>, message: RegExp];

const manyMetrics = Array.from({ length: 41 }, (_, index) => ({ name: `m${index}`, regex: 'm=([0-9.]+)' }));
const manyHyperparameters = Object.fromEntries(
  Array.from({ length: 101 }, (_, index) => [`h${index}`, index]),
);
const manyVariables = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`V${index}`, 'x']));
const manyChannels = Object.fromEntries(
  Array.from({ length: 21 }, (_, index) => [`c${index}`, Channel.fromS3('s3://some-bucket/x/')]),
);

const TRAINING: Case[] = [
  [
    'an address to tell of the training that is none',
    { notify: 'me' },
    /^training\.notify: 'me' is not a mail address/,
  ],
  [
    'neither an address nor a topic',
    { notify: 7 as never },
    /^training\.notify: give a mail address, such as 'name@example\.com', or a Topic/,
  ],
  [
    'a source folder that is not there',
    { sourceDir: 'nowhere' },
    /^training\.sourceDir: no directory 'nowhere'/,
  ],
  [
    'a missing entry point',
    { entryPoint: 'trian.py' },
    /^training\.entryPoint: no file 'trian\.py'.*it holds -train\.py, a;b\.py, nested\/other\.py, train\.py/,
  ],
  ['an entry point in another folder', { entryPoint: 'other.py' }, /did you mean 'nested\/other\.py'\?/],
  [
    'a source without a directory',
    { sourceDir: undefined },
    /^training\.sourceDir: is missing; give a string, or an algorithm in place of a script$/,
  ],
  ['an ignored entry point', { entryPoint: 'secret.py' }, /it is there, but \.sagemakerignore/],
  [
    'an entry point of another language',
    { entryPoint: 'notes.txt' },
    /'notes\.txt' is neither a \.py nor a \.sh file/,
  ],
  [
    'an entry point with shell characters',
    { entryPoint: 'a;b.py' },
    /'a;b\.py' is not what the training toolkit takes/,
  ],
  [
    'an entry point that Python takes for an option',
    { entryPoint: '-train.py' },
    /begins with no '-' or '\/'/,
  ],
  [
    'a misspelt instance size',
    { instanceType: 'ml.m5.xlage' },
    /^training\.instanceType: 'ml\.m5\.xlage': no training instance of the size 'xlage'; ml\.m5 has .*xlarge/,
  ],
  [
    'an unknown instance family',
    { instanceType: 'ml.m55.xlarge' },
    /no training instance of the family 'm55'; there are .*m5/,
  ],
  [
    'an instance type of EC2',
    { instanceType: 'm5.xlarge' as never },
    /'m5\.xlarge' is not an instance type of SageMaker; write ml\.<family>\.<size>/,
  ],
  [
    'a hosting-only instance type',
    { instanceType: 'ml.c6g.large' },
    /no training instance of the family 'c6g'/,
  ],
  [
    'an accelerator with images of its own',
    { instanceType: 'ml.trn1.2xlarge' },
    /'ml\.trn1\.2xlarge' needs an image of its own kind/,
  ],
  ['no instance', { instanceCount: 0 }, /^training\.instanceCount: 0 is not a whole number from 1/],
  ['half an instance', { instanceCount: 1.5 }, /instanceCount: 1\.5 is not a whole number/],
  [
    'a volume beyond the largest',
    { volumeSize: Size.tebibytes(20) },
    /volumeSize: 20480 GiB is not a whole number from 1 to 16384 GiB/,
  ],
  [
    'a hyperparameter with white space',
    { hyperparameters: { name: 'a b' } },
    /^training\.hyperparameters: name .*white space/,
  ],
  [
    'a hyperparameter with shell syntax',
    { hyperparameters: { name: '$(id)' } },
    /^training\.hyperparameters: name .*shell takes/,
  ],
  [
    "the SDK's name of a prop",
    { maxRun: 7200 } as never,
    /training\.maxRun: .*maxRuntime: Duration\.seconds\(7200\)/,
  ],
  [
    'a misspelt gate',
    { maximumMetrics: {} } as never,
    /training\.maximumMetrics: .*did you mean minimumMetrics/,
  ],
  ['seconds for a Duration', { maxRuntime: 3600 as never }, /training\.maxRuntime: 3600 is not a Duration/],
  [
    'an unknown option of a channel',
    { channels: { training: Channel.fromS3('s3://bucket/data/', { inputmode: 'File' } as never) } },
    /training\.channels\.training\.inputmode: .*did you mean inputMode/,
  ],
  [
    'a null hyperparameter',
    { hyperparameters: { name: null as never } },
    /hyperparameters: name is null.*leave it out/,
  ],
  ['an empty hyperparameter', { hyperparameters: { name: '' } }, /hyperparameters: name is an empty string/],
  [
    'a list as hyperparameter',
    { hyperparameters: { layers: [1, 2] as never } },
    /hyperparameters: layers is a list/,
  ],
  [
    'a hyperparameter that is not JSON',
    { hyperparameters: { rate: Number.NaN } },
    /hyperparameters: rate is NaN, which is not JSON/,
  ],
  [
    'a reserved hyperparameter',
    { hyperparameters: { sagemaker_program: 'x' } },
    /'sagemaker_program' is reserved/,
  ],
  [
    'a hyperparameter beyond 2500 characters',
    { hyperparameters: { long: 'x'.repeat(2500) } },
    /long has 2502 characters as JSON, at most 2500/,
  ],
  [
    'hyperparameters that are one to the script',
    { hyperparameters: { 'batch-size': 1, batch_size: 2 } },
    /'batch-size' and 'batch_size' are the same name to the script/,
  ],
  [
    'too many hyperparameters',
    { hyperparameters: manyHyperparameters },
    /hyperparameters: 101 of them, at most 95/,
  ],
  [
    'an environment variable with a dash',
    { environment: { 'MY-VAR': 'x' } },
    /environment: 'MY-VAR' is not a name/,
  ],
  [
    'an environment variable of SageMaker',
    { environment: { SM_MODEL_DIR: '/tmp' } },
    /environment: 'SM_MODEL_DIR' is set by SageMaker itself/,
  ],
  [
    'a long environment variable',
    { environment: { LONG: 'x'.repeat(513) } },
    /environment\.LONG: 513 characters, and at most 512 are allowed/,
  ],
  [
    'a CodeArtifact repository by its name alone',
    { environment: { CA_REPOSITORY_ARN: 'team/wheels' } },
    /environment\.CA_REPOSITORY_ARN: 'team\/wheels' is not the ARN of a CodeArtifact repository/,
  ],
  [
    'too many environment variables',
    { environment: manyVariables },
    /environment: 101 variables, and at most 100/,
  ],
  [
    'a metric without a group',
    { metricDefinitions: [{ name: 'loss', regex: 'loss=' }], minimumMetrics: {} },
    /the regex of 'loss', 'loss=', has no group/,
  ],
  [
    'a metric whose regex is broken',
    { metricDefinitions: [{ name: 'loss', regex: 'loss=(' }], minimumMetrics: {} },
    /the regex of 'loss', 'loss=\(', cannot be read/,
  ],
  [
    'a metric with an empty regex',
    { metricDefinitions: [{ name: 'loss', regex: '' }], minimumMetrics: {} },
    /has 0 characters, 1 to 500/,
  ],
  [
    'a metric with a regex beyond 500 characters',
    { metricDefinitions: [{ name: 'loss', regex: `(${'x'.repeat(500)})` }], minimumMetrics: {} },
    /has 502 characters/,
  ],
  [
    'two metrics of one name',
    {
      metricDefinitions: [
        { name: 'loss', regex: '(1)' },
        { name: 'loss', regex: '(2)' },
      ],
      minimumMetrics: {},
    },
    /the name 'loss' is there twice/,
  ],
  [
    'too many metrics',
    { metricDefinitions: manyMetrics, minimumMetrics: {} },
    /metricDefinitions: 41 of them, at most 40/,
  ],
  [
    'a gate on a metric that is not declared',
    { minimumMetrics: { accuracy: 0.5 } },
    /minimumMetrics: 'accuracy' is not the name of one of metricDefinitions; there are validation:accuracy/,
  ],
  [
    'a gate that nothing can pass',
    { minimumMetrics: { 'validation:accuracy': Number.NaN } },
    /minimumMetrics\.validation:accuracy: NaN is not a number/,
  ],
  ['no channel', { channels: {} }, /channels: 0 channels, and 1 to 20 are allowed/],
  ['too many channels', { channels: manyChannels }, /channels: 21 channels, and 1 to 20/],
  [
    'a channel name with a blank',
    { channels: { 'my data': Channel.fromS3('s3://some-bucket/x/') } },
    /channels: 'my data' is not a channel name/,
  ],
  [
    'channels that are one to the script',
    {
      channels: {
        Train: Channel.fromS3('s3://some-bucket/x/'),
        train: Channel.fromS3('s3://some-bucket/y/'),
      },
    },
    /'Train' and 'train' would both be SM_CHANNEL_TRAIN/,
  ],
  [
    'a channel directory that is not there',
    { channels: { training: Channel.fromDirectory('nowhere') } },
    /^training\.channels\.training: no directory 'nowhere'/,
  ],
  [
    'a channel on a file',
    { channels: { training: Channel.fromDirectory(`${directory.path}/training/notes.txt`) } },
    /no directory '.*notes\.txt'/,
  ],
  [
    'a bucket with capitals',
    { channels: { training: Channel.fromS3('s3://MyBucket/x/') } },
    /'MyBucket' is not a bucket name/,
  ],
  [
    'a URL that is not of S3',
    { channels: { training: Channel.fromS3('https://example.com/x') } },
    /'https:\/\/example\.com\/x' is not an S3 URI; write s3:\/\/<bucket>\/<prefix>/,
  ],
  [
    'a bucket like an address',
    { channels: { training: Channel.fromS3('s3://10.0.0.1/x') } },
    /'10\.0\.0\.1' is not a bucket name/,
  ],
  [
    'a key with an empty part, which SageMaker refuses when the job starts',
    { channels: { training: Channel.fromS3('s3://some-bucket/a//b/') } },
    /'s3:\/\/some-bucket\/a\/\/b\/' has '\/\/' in its key/,
  ],
  [
    'a run time beyond what a stack can wait',
    { maxRuntime: Duration.hours(12) },
    /maxRuntime: 43200 s is more than the 41400 s \(11\.5 hours\) that a stack can wait/,
  ],
  [
    'a volume of no whole GiB',
    { volumeSize: Size.mebibytes(1536) },
    /^training\.volumeSize: 1\.5 GiB is not a whole number from 1 to 16384 GiB/,
  ],
  [
    'a channel named like the directory above',
    { channels: { '..': Channel.fromS3('s3://some-bucket/x/') } },
    /channels: '\.\.' is not a channel name/,
  ],
  [
    'two channels that differ in punctuation alone',
    {
      channels: {
        'a-b': Channel.fromDirectory(directory.dataset),
        ab: Channel.fromDirectory(directory.dataset),
      },
    },
    /channels: 'a-b' and 'ab' differ in punctuation alone/,
  ],
  [
    'a run time of no whole seconds',
    { maxRuntime: Duration.millis(1500) },
    /^training\.maxRuntime: 1\.5 seconds is not a whole number of seconds from 1/,
  ],
  ['no run time', { maxRuntime: Duration.seconds(0) }, /maxRuntime: 0 seconds/],
  [
    'spot without checkpoints',
    { spot: true, checkpoints: false },
    /^training\.checkpoints: false, with spot: .*would be lost; leave checkpoints out, or spot$/,
  ],
  [
    'a wait that is shorter than the run',
    { spot: true, maxRuntime: Duration.hours(2), maxWait: Duration.hours(1) },
    /^training\.maxWait: 3600 s is less than the 7200 s .*; raise maxWait, or lower maxRuntime$/,
  ],
  [
    'a wait that is shorter than the run that is taken if nothing is said',
    { spot: true, maxWait: Duration.minutes(59) },
    /maxWait: 3540 s is less than the 3600 s/,
  ],
  [
    'a wait that is shorter than the least that a budget pays for',
    { spot: true, budget: 5, maxWait: Duration.seconds(59) },
    /maxWait: 59 s is less than the 60 s/,
  ],
  [
    'a wait beyond what a stack can wait',
    { spot: true, maxWait: Duration.hours(12) },
    /^training\.maxWait: 43200 s is more than the 41400 s \(11\.5 hours\) that a stack can wait/,
  ],
  [
    'a run so long that spot has no time to wait for capacity',
    { spot: true, maxRuntime: Duration.hours(11.5) },
    /^training\.maxRuntime: 41400 s is all the time .*; lower maxRuntime, or leave spot out$/,
  ],
  [
    'a wait and no spot',
    { maxWait: Duration.hours(2) },
    /^training\.maxWait: only with spot.*; give spot: true, or leave it out$/,
  ],
  [
    'a wait for capacity of a type that never waits so',
    { maxPendingTime: Duration.hours(1) },
    /^training\.maxPendingTime: without effect on 'ml\.m5\.xlarge': .*; leave it out$/,
  ],
  [
    'a wait for capacity that SageMaker finds too short',
    { instanceType: 'ml.g5.xlarge', maxPendingTime: Duration.minutes(29) },
    /^training\.maxPendingTime: 1740 s is less than the 30 minutes/,
  ],
  [
    'a wait for capacity and a run beyond what a stack can wait',
    { instanceType: 'ml.g5.xlarge', maxPendingTime: Duration.hours(6), maxRuntime: Duration.hours(6) },
    /^training\.maxPendingTime: with the run, 43200 s is more than the 41400 s/,
  ],
  [
    'a wait for capacity with spot, which has its own',
    { instanceType: 'ml.g5.xlarge', spot: true, maxPendingTime: Duration.hours(1) },
    /^training\.maxPendingTime: with spot, maxWait ends the wait for capacity/,
  ],
  ['no budget', { budget: 0 }, /^training\.budget: 0 is not a sum of US dollars above zero/],
  ['a negative budget', { budget: -5 }, /budget: -5 is not a sum of US dollars/],
  ['a budget without end', { budget: Infinity }, /budget: Infinity is not a sum of US dollars/],
  [
    'a budget below a minute of its instances',
    // 0.0236 pays for a minute of six at 0.236 an hour, volumes and all
    { budget: 0.022, instanceCount: 6 },
    /^training\.budget: \$0\.022 pays for 55 s of 6 × ml\.m5\.xlarge .*; raise it to 0\.03 or more, or take a cheaper instanceType/,
  ],
  [
    'a budget for instances without a price',
    { budget: 5, instanceType: 'ml.r5.large' },
    /^training\.budget: .*no region of the price table has a training price of ml\.r5\.large; npm run prices .*, or give maxRuntime/,
  ],
  [
    'a budget for instances that there are none of, which is one problem',
    { budget: 5, instanceType: 'ml.m5.xlage' },
    /^training\.instanceType: 'ml\.m5\.xlage'/,
  ],
  ['too many attempts', { maxRetryAttempts: 31 }, /maxRetryAttempts: 31 is not a whole number from 1 to 30/],
  ['subnets without a network', { vpcSubnets: {} }, /vpcSubnets: only with a vpc/],
];

const PROJECT: [title: string, props: () => SageMakerProjectProps, message: RegExp, name?: string][] = [
  ['a name with an underscore', () => directory.props(), /the name: 'my_unet' cannot name stacks/, 'my_unet'],
  ['a name beyond 43 characters', () => directory.props(), /1 to 43 letters/, 'x'.repeat(44)],
  [
    'a name that parameters reserve',
    () => directory.props(),
    /not beginning with 'aws' or 'ssm'/,
    'aws-unet',
  ],
  [
    'nothing to serve',
    () => ({ hosting: Hosting.serverless() }),
    /^hosting: there is nothing to serve; give training, or a model/,
  ],
  [
    'two models',
    () => directory.props({ model: ModelSource.fromS3('s3://some-bucket/model.tar.gz') }),
    /an endpoint serves one model/,
  ],
  [
    'a model that nothing serves',
    () => ({ model: ModelSource.fromS3('s3://some-bucket/model.tar.gz') }),
    /^model: nothing serves it; give hosting/,
  ],
  [
    'a model that is no archive',
    () => ({ model: ModelSource.fromS3('s3://some-bucket/models/'), hosting: Hosting.serverless() }),
    /is not the URI of a \.tar\.gz/,
  ],
  [
    'a model directory that cannot load',
    () => ({ model: ModelSource.fromDirectory(`${directory.path}/model`), hosting: Hosting.serverless() }),
    /has no saved_model\.pb in a folder with a number as its name/,
  ],
  [
    'a model directory that is not there',
    () => ({ model: ModelSource.fromDirectory('nowhere'), hosting: Hosting.serverless() }),
    /^model: no directory 'nowhere'/,
  ],
  [
    'an instance type that hosts nothing',
    () => directory.props({ hosting: Hosting.realtime({ instanceType: 'ml.t3.medium' }) }),
    /^hosting\.instanceType: 'ml\.t3\.medium': no hosting instance of the family 't3'/,
  ],
  [
    'a Graviton instance',
    () => directory.props({ hosting: Hosting.realtime({ instanceType: 'ml.c6g.large' }) }),
    /'ml\.c6g\.large' needs an image of its own kind/,
  ],
  [
    'an endpoint without instances',
    () =>
      directory.props({
        hosting: Hosting.realtime({ instanceType: 'ml.m5.large', initialInstanceCount: 0 }),
      }),
    /hosting\.initialInstanceCount: 0 is not a whole number from 1/,
  ],
  [
    'a hosting volume beyond the largest',
    () =>
      directory.props({
        hosting: Hosting.realtime({ instanceType: 'ml.m5.large', volumeSize: Size.gibibytes(600) }),
      }),
    /hosting\.volumeSize: 600 GiB is not a whole number from 1 to 512 GiB/,
  ],
  [
    'serverless memory between steps',
    () => directory.props({ hosting: Hosting.serverless({ memorySize: Size.mebibytes(1500) }) }),
    /hosting\.memorySize: 1500 MiB is not one of 1024, 2048/,
  ],
  [
    'serverless concurrency beyond 200',
    () => directory.props({ hosting: Hosting.serverless({ maxConcurrency: 201 }) }),
    /hosting\.maxConcurrency: 201 is not a whole number from 1 to 200/,
  ],
  [
    "an idle timeout under the alarm's period",
    () =>
      directory.props({
        hosting: Hosting.realtime({ instanceType: 'ml.m5.large', idleTimeout: Duration.minutes(4) }),
      }),
    /^hosting\.idleTimeout: 240 seconds is less than the alarm's period of 5 minutes; use Duration\.minutes\(5\)/,
  ],
  [
    'an address that is no mail address',
    () =>
      directory.props({
        hosting: Hosting.realtime({
          instanceType: 'ml.m5.large',
          idleTimeout: Duration.hours(2),
          notify: 'team',
        }),
      }),
    /^hosting\.notify: 'team' is not a mail address; write one address, such as name@example\.com$/,
  ],
  [
    'a topic by its ARN',
    () =>
      directory.props({
        hosting: Hosting.serverless({ notify: 'arn:aws:sns:us-east-1:111122223333:team' }),
      }),
    /^hosting\.notify: .* is a topic's ARN; write Topic\.fromTopicArn/,
  ],
  [
    'an asynchronous endpoint that never works',
    () => directory.props({ hosting: Hosting.async({ instanceType: 'ml.m5.large', maxCapacity: 0 }) }),
    /^hosting\.maxCapacity: 0 is not a whole number from 1/,
  ],
  [
    'more concurrent asynchronous requests than SageMaker hands out',
    () =>
      directory.props({
        hosting: Hosting.async({ instanceType: 'ml.m5.large', maxConcurrentInvocationsPerInstance: 1001 }),
      }),
    /^hosting\.maxConcurrentInvocationsPerInstance: 1001 is not a whole number from 1 to 1000/,
  ],
  [
    'a hosting variable that is no name',
    () => directory.props({ hosting: Hosting.serverless({ environment: { '1X': 'y' } }) }),
    /hosting\.environment: '1X' is not a name/,
  ],
  [
    'a notebook type that does not exist',
    () => directory.props({ notebook: { instanceType: 'ml.t3.micro' } }),
    /^notebook\.instanceType: 'ml\.t3\.micro': no notebook instance of the size 'micro'/,
  ],
  [
    'a notebook volume under the smallest',
    () => directory.props({ notebook: { instanceType: 'ml.t3.medium', volumeSize: Size.gibibytes(4) } }),
    /notebook\.volumeSize: 4 GiB is not a whole number from 5/,
  ],
  [
    'a notebook volume of no whole GiB',
    () => directory.props({ notebook: { instanceType: 'ml.t3.medium', volumeSize: Size.mebibytes(5632) } }),
    /notebook\.volumeSize: 5\.5 GiB is not a whole number from 5/,
  ],
  [
    'a notebook that stops after no whole seconds',
    () =>
      directory.props({ notebook: { instanceType: 'ml.t3.medium', idleTimeout: Duration.millis(900_500) } }),
    /notebook\.idleTimeout: 900\.5 seconds is not a whole number from 600/,
  ],
  [
    'a hosting volume of no whole GiB',
    () =>
      directory.props({
        hosting: Hosting.realtime({ instanceType: 'ml.m5.large', volumeSize: Size.mebibytes(1536) }),
      }),
    /hosting\.volumeSize: 1\.5 GiB is not a whole number from 1 to 512 GiB/,
  ],
  [
    'serverless memory of no whole MiB',
    () => directory.props({ hosting: Hosting.serverless({ memorySize: Size.kibibytes(1536) }) }),
    /hosting\.memorySize: 1\.5 MiB is not one of/,
  ],
  [
    'a repository by ssh',
    () =>
      directory.props({
        notebook: { instanceType: 'ml.t3.medium', defaultCodeRepository: 'git@host:a/b.git' },
      }),
    /'git@host:a\/b\.git' is neither an https URL/,
  ],
  [
    'four additional repositories',
    () =>
      directory.props({
        notebook: { instanceType: 'ml.t3.medium', additionalCodeRepositories: ['a', 'b', 'c', 'd'] },
      }),
    /4 repositories, and at most 3/,
  ],
  [
    'a lifecycle script beyond the longest',
    () =>
      directory.props({
        notebook: { instanceType: 'ml.t3.medium', lifecycle: { onStart: 'x'.repeat(13_000) } },
      }),
    /notebook\.lifecycle\.onStart: 17336 characters in base64, and at most 16384/,
  ],
  [
    'a notebook name with a dot',
    () => directory.props({ notebook: { instanceType: 'ml.t3.medium', notebookInstanceName: 'a.b' } }),
    /notebook\.notebookInstanceName: 'a\.b' is not a name/,
  ],
  [
    'a monthly budget of nothing',
    () => directory.props({ monthlyBudget: { amount: 0, notify: 'me@example.com' } }),
    /^monthlyBudget\.amount: 0 is not a sum of US dollars from 0\.01 on, such as 50; for no budget, leave monthlyBudget out$/,
  ],
  [
    'a monthly budget that is no number',
    () => directory.props({ monthlyBudget: { amount: Number.NaN, notify: 'me@example.com' } }),
    /^monthlyBudget\.amount: NaN is not a sum/,
  ],
  [
    'a monthly budget whose mails reach nobody',
    () => directory.props({ monthlyBudget: { amount: 50, notify: 'me at example.com' } }),
    /^monthlyBudget\.notify: 'me at example\.com' is not a mail address; write one address, such as name@example\.com$/,
  ],
];

test('an entry point in a folder never starts beside a setup.py', () => {
  const packaged = new ProjectDirectory();
  packaged.write('training/setup.py', '');
  packaged.write('training/ours/train.py', '');
  packaged.write('training/ours/run.sh', '');
  packaged.write('training/a+b.py', '');
  const problems = (entryPoint: string) =>
    problemsOf({ training: { ...packaged.training({ entryPoint }), sourceDir: packaged.sourceDir } });
  expect(problems('ours/train.py')).toEqual([
    "training.entryPoint: 'ours/train.py' would never start, since beside a setup.py the toolkit runs 'python -m ours/train'; " +
      'name a script beside setup.py that calls it, or keep setup.py out by .sagemakerignore',
  ]);
  // A shell script is no module, and what lies beside setup.py is one.
  expect(['ours/run.sh', 'train.py', 'a+b.py'].flatMap(problems)).toEqual([]);
  packaged.remove();
});

test('a project with nothing wrong has no problem', () => {
  expect(problemsOf(directory.props())).toEqual([]);
});

describe('fails at synthesis for a training job with', () => {
  test.each(TRAINING)('%s', (_title, changes, message) => {
    const problems = problemsOf({ training: directory.training(changes) });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message);
  });
});

describe('fails at synthesis for a project with', () => {
  const rows = PROJECT.map(([title, props, message, name = 'unet']) => ({ title, props, message, name }));
  test.each(rows)('$title', ({ props, message, name }) => {
    const problems = problemsOf(props(), name);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message);
  });
});

test('fails at synthesis for a budget in a known region without prices, and names the region', () => {
  const stage = new Stage(testApp(), 'stage', { env: { region: 'eu-north-1' } });
  expect(() => new SageMakerProject(stage, 'unet', { training: directory.training({ budget: 5 }) })).toThrow(
    'training.budget: it cannot be turned into a run time, since the price table has no region eu-north-1; ' +
      'npm run prices -- --region eu-north-1 asks AWS for it, or give maxRuntime instead of it',
  );
});

test('all problems of a configuration are in one error, each in the names that were typed', () => {
  const problems = problemsOf(
    {
      training: directory.training({
        entryPoint: 'gone.py',
        instanceType: 'ml.x1.large',
        hyperparameters: { a: '' },
      }),
      hosting: Hosting.serverless({ maxConcurrency: 0 }),
    },
    'un_et',
  );
  expect(problems.map((problem) => problem.split(':')[0])).toEqual([
    'the name',
    'training.entryPoint',
    'training.instanceType',
    'training.hyperparameters',
    'hosting.maxConcurrency',
  ]);
});

test('names and types of all parts are held against their declarations, in the one error', () => {
  const problems = problemsOf({
    training: directory.training({ maxRuntime: 3600 as never, spot: 'yes' as never }),
    hosting: Hosting.realtime({ instanceType: 'ml.m5.large', idleTimeOut: 7200 } as never),
    notebook: { instanceType: 'ml.t3.medium', idleTimeout: 60 } as never,
    monthlyBudget: { amount: '50', notify: 'me@example.com' } as never,
    retaindata: true,
  } as never);
  expect(problems).toEqual([
    'training.maxRuntime: 3600 is not a Duration; write Duration.seconds(3600)',
    "training.spot: 'yes' is not true or false",
    'notebook.idleTimeout: 60 is not a Duration; write Duration.seconds(60)',
    "monthlyBudget.amount: '50' is not a number",
    'retaindata: there is no such prop; did you mean retainData?',
    'hosting.idleTimeOut: there is no such prop; did you mean idleTimeout?',
  ]);
});

test.each([
  [
    () => Hosting.serverless({ memorySize: 2048 } as never),
    'hosting.memorySize: 2048 is not a Size; write Size.mebibytes(2048)',
  ],
  [
    () => Hosting.async({} as never),
    "hosting.instanceType: is missing; give a string like 'ml.<family>.<size>'",
  ],
])('fails for hosting of other types: %#', (hosting, problem) => {
  expect(problemsOf(directory.props({ hosting: hosting() }))).toEqual([problem]);
});

test.each([
  ['x', 'x-training', undefined],
  ['x-training', 'x', undefined],
  ['x', 'x-async', Hosting.async({ instanceType: 'ml.m5.large' })],
  ['x', 'x', undefined],
])('fails for the project %s with %s beside it, which would have one of its names', (one, other, hosting) => {
  const app = testApp();
  const props = directory.props(hosting && { hosting });
  new SageMakerProject(app, one, props);
  expect(() => new SageMakerProject(app, other, props)).toThrow(ConfigurationError);
  expect(() => new SageMakerProject(app, other, props)).toThrow(
    /the name: .*; give (this one|one of the two) another name/,
  );
  expect(() => new SageMakerProject(new Stage(app, 'elsewhere'), other, props)).not.toThrow();
});

test('fails for a monthly budget in a region that has none', () => {
  const stage = new Stage(testApp(), 'there', { env: { region: 'eu-north-1' } });
  const props = directory.props({ monthlyBudget: { amount: 5, notify: 'me@example.com' } });
  expect(() => new SageMakerProject(stage, 'unet', props)).toThrow(
    /monthlyBudget: CloudFormation makes no budgets in eu-north-1; leave it out/,
  );
});

test('fails for an endpoint and a notebook in a region that has neither, where training works', () => {
  const there = (props: SageMakerProjectProps, name: string) =>
    new SageMakerProject(new Stage(testApp(), name, { env: { region: 'me-central-1' } }), 'unet', props);
  expect(() => there(directory.props(), 'all')).toThrow(
    /hosting: CloudFormation makes no endpoints in me-central-1; leave it out.*\n.*notebook: CloudFormation makes no notebook instances in me-central-1/,
  );
  expect(() => there({ training: directory.training() }, 'training')).not.toThrow();
});

test('a configuration error shows its problems and no stack of ours', () => {
  const error = new ConfigurationError("the project 'unet'", ['a: b', 'c: d']);
  expect(error.stack).toBe(
    "ConfigurationError: 2 problems in the configuration of the project 'unet':\n  - a: b\n  - c: d",
  );
});
