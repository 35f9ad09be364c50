import type { DeclaredTrainingJob } from '../../../lib/assembly/project-template';
import { requestChanges } from '../../../lib/commands/review/request-changes';

const source = (S3Uri: string) => ({ DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri } } });

function job(request: object): DeclaredTrainingJob {
  return {
    stackName: 'unet-training',
    namePrefix: 'unet-0123456789',
    request: request as DeclaredTrainingJob['request'],
    minimumMetrics: {},
    budget: undefined,
    datasetVersions: {},
    sourceArchive: '/archive.gz',
    channelDirectories: new Map(),
  };
}

test('what changes of a request is told in the names of bin/app.ts', () => {
  const before = job({
    HyperParameters: { sagemaker_container_log_level: '20', sagemaker_mpi_enabled: 'true' },
    InputDataConfig: [{ ChannelName: 'training', ...source('s3://some-bucket/x/') }],
  });
  const after = job({
    AlgorithmSpecification: { ContainerArguments: ['--fast'] },
    HyperParameters: { sagemaker_container_log_level: '10' },
    InputDataConfig: [
      {
        ChannelName: 'training',
        ...source('s3://some-bucket/x/'),
        CompressionType: 'Gzip',
        RecordWrapperType: 'RecordIO',
        ShuffleConfig: { Seed: 42 },
      },
      { ChannelName: 'shared', DataSource: { FileSystemDataSource: { DirectoryPath: '/data' } } },
    ],
    ResourceConfig: { TrainingPlanArn: 'arn:plan' },
    InfraCheckConfig: { EnableInfraCheck: true },
    RemoteDebugConfig: { EnableRemoteDebug: true },
    ProfilerConfig: { DisableProfiler: false },
    TensorBoardOutputConfig: { LocalPath: '/logs' },
  });
  expect(requestChanges(before, after).map(({ property }) => property)).toEqual([
    'containerLogLevel',
    'distribution: sagemaker_mpi_enabled',
    'containerArguments[0]',
    'channels.training.compressionType',
    'channels.training.recordWrapperType',
    'channels.training.shuffleSeed',
    'channels.shared: DirectoryPath',
    'trainingPlan',
    'enableInfraCheck',
    'enableRemoteDebug',
    'profiler: DisableProfiler',
    'tensorBoardOutput: LocalPath',
  ]);
});

test("the isolated script's channel is told by its files, a channel of that name by its URI", () => {
  const code = (uri: string, more: object) =>
    job({ InputDataConfig: [{ ChannelName: 'code', ...source(uri) }], ...more });
  const isolated = { EnableNetworkIsolation: true };
  expect(requestChanges(code('s3://a/1.gz', isolated), code('s3://a/2.gz', isolated))).toEqual([]);
  expect(requestChanges(code('s3://a/1', {}), code('s3://a/2', {}))).toEqual([
    { property: 'channels.code', before: 's3://a/1', after: 's3://a/2' },
  ]);
});
