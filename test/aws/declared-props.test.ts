import { Duration, Size, Token, Lazy } from 'aws-cdk-lib';
import { checkProps } from '../../lib/aws/declared-props';

const TRAINING = { sourceDir: 'src', entryPoint: 'train.py', instanceType: 'ml.m5.xlarge', channels: {} };

/** What is said of a training job with these props beside those it needs. */
function said(props: object): readonly string[] {
  return checkProps('TrainingProps', { ...TRAINING, ...props }).problems('');
}

test.each([
  [{ maxRun: 7200 }, "maxRun: is the SageMaker SDK's name; write maxRuntime: Duration.seconds(7200)"],
  [{ max_run: 60 }, "max_run: is the SageMaker SDK's name; write maxRuntime: Duration.seconds(60)"],
  [{ useSpotInstances: true }, "useSpotInstances: is the SageMaker SDK's name; write spot: true"],
  [
    { checkpointS3Uri: 's3://b/c' },
    "checkpointS3Uri: is the SageMaker SDK's name; write checkpoints: true, which keeps them in the project's bucket",
  ],
  [{ instance_count: 2 }, 'instance_count: there is no such prop; did you mean instanceCount?'],
  [{ maximumMetrics: {} }, 'maximumMetrics: there is no such prop; did you mean minimumMetrics?'],
  [
    { metricDefinitions: [{ Name: 'loss', Regex: 'loss=(.*)' }] },
    [
      'metricDefinitions[0].name: is missing; give a string',
      'metricDefinitions[0].regex: is missing; give a string',
      'metricDefinitions[0].Name: there is no such prop; did you mean name?',
      'metricDefinitions[0].Regex: there is no such prop; did you mean regex?',
    ],
  ],
  [{ maxRuntime: 3600 }, 'maxRuntime: 3600 is not a Duration; write Duration.seconds(3600)'],
  [{ volumeSize: 225 }, 'volumeSize: 225 is not a Size; write Size.gibibytes(225)'],
  [{ framework: '2.19' }, "framework: '2.19' is not a Framework; write Framework.tensorflow('…')"],
  [
    { channels: { training: 'data' } },
    "channels.training: 'data' is not a Channel; write Channel.fromDirectory('data')",
  ],
  [
    { channels: { training: 's3://b/p/' } },
    "channels.training: 's3://b/p/' is not a Channel; write Channel.fromS3('s3://b/p/')",
  ],
  [{ environment: { RATE: 5 } }, "environment.RATE: 5 is not a string; write '5'"],
  [{ spot: 'yes' }, "spot: 'yes' is not true or false"],
  [{ inputMode: 'Fast' }, "inputMode: 'Fast' is not 'File' or 'FastFile' or 'Pipe'"],
  [{ metricDefinitions: {} }, 'metricDefinitions: {} is not a list, each an object with name, regex'],
  [{ vpc: 'vpc-1' }, "vpc: 'vpc-1' is not an IVpc"],
  [{ instanceCount: '2' }, "instanceCount: '2' is not a number"],
  [{ channels: undefined }, 'channels: is missing; give an object, each value a Channel'],
])('fails with %j', (props, expected) => {
  expect(said(props)).toEqual([expected].flat());
});

test('says nothing of what the types allow, nor of what only a deploy knows', () => {
  expect(
    said({
      maxRuntime: Duration.hours(1),
      volumeSize: Size.gibibytes(50),
      sourceDir: Lazy.string({ produce: () => 'src' }),
      instanceCount: Token.asNumber({ Ref: 'Count' }),
      spot: undefined,
      environment: { RATE: '5' },
      vpcSubnets: { onePerAz: true },
    }),
  ).toEqual([]);
});

test('an unknown name leaves the rest to be looked at, a wrong value does not', () => {
  expect(checkProps('TrainingProps', { ...TRAINING, maxRun: 1 }).complete).toBe(true);
  const wrong = checkProps('TrainingProps', { ...TRAINING, spot: 'yes' });
  expect(wrong.complete).toBe(false);
  expect(wrong.sound).toEqual(TRAINING);
});

test('says where in the configuration it is', () => {
  const { complete, problems } = checkProps('ServerlessHostingProps', 'small' as unknown as object);
  expect(complete).toBe(false);
  expect(problems('hosting')).toEqual(["hosting: 'small' is not an object with props"]);
  expect(checkProps('ServerlessHostingProps', { memorySize: 2048 }).problems('hosting')).toEqual([
    'hosting.memorySize: 2048 is not a Size; write Size.mebibytes(2048)',
  ]);
});
