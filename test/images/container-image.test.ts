import { ContainerImage as CdkImage } from '@aws-cdk/aws-sagemaker-alpha';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Stack } from 'aws-cdk-lib';
import { Hosting } from '../../lib/endpoint/hosting';
import type { RealtimeHostingProps } from '../../lib/endpoint/hosting-props';
import { ModelSource } from '../../lib/endpoint/model-source';
import { ContainerImage } from '../../lib/images/container-image';
import { Framework, type ImageOptions } from '../../lib/images/framework';
import type { SageMakerProjectProps } from '../../lib/project/sagemaker-project';
import type { TrainingProps } from '../../lib/training/training-props';
import { problemsOf, ProjectDirectory, synthesizedProject } from '../project-fixture';

const directory = new ProjectDirectory();
directory.write('docker/Dockerfile', 'FROM scratch\n');
afterAll(() => directory.remove());

const URI = '111122223333.dkr.ecr.us-east-1.amazonaws.com/team/mine:1.2';
const trains = ContainerImage.fromUri(URI);
const serves = ContainerImage.fromAsset(`${directory.path}/docker`);
const elsewhere = () =>
  ContainerImage.fromEcrRepository(
    Repository.fromRepositoryArn(
      new Stack(),
      'Mine',
      'arn:aws:ecr:eu-west-1:444455556666:repository/serving',
    ),
    '7',
  );

/** A project with images of one's own. */
function project(
  images: ImageOptions,
  training: Partial<TrainingProps> = {},
  hosting: Partial<RealtimeHostingProps> = {},
): SageMakerProjectProps {
  return {
    training: directory.training({ framework: Framework.image(images), ...training }),
    hosting: Hosting.realtime({ instanceType: 'ml.m5.xlarge', ...hosting }),
  };
}

const text = (value: unknown) => JSON.stringify(value);

const job = (props: SageMakerProjectProps) =>
  Object.values(synthesizedProject(props).training().findResources('Custom::SageMakerTrainingJob'))[0]!
    .Properties;
const container = (props: SageMakerProjectProps) => {
  const { Properties: model } = Object.values(
    synthesizedProject(props).endpoint().findResources('AWS::SageMaker::Model'),
  )[0]!;
  return model.PrimaryContainer ?? model.Containers[0];
};
const policies = (template: { findResources(type: string): unknown }) =>
  text(template.findResources('AWS::IAM::Policy'));

/** No script: the images' own programs. */
const ALONE = { sourceDir: undefined, entryPoint: undefined } as unknown as Partial<TrainingProps>;

test('with a script, the toolkit in the image gets it', () => {
  const props = project({ training: trains, inference: serves });
  expect(job(props).AlgorithmSpecification.TrainingImage).toBe(URI);
  expect(job(props).HyperParameters.sagemaker_program).toBe('"train.py"');
});

test('without a script, the image trains and serves by its own programs', () => {
  const props = project(
    { training: trains, inference: serves },
    { ...ALONE, hyperparameters: { epochs: 3, mode: 'fast' } },
  );
  expect(job(props).HyperParameters).toEqual({ epochs: '3', mode: 'fast' });
  expect(container(props).Environment).toBeUndefined();
});

test('a script that is declared for serving comes by an archive', () => {
  const props = project({ training: trains, inference: serves }, {}, { entryPoint: 'train.py' });
  expect(container(props).Environment).toMatchObject({ SAGEMAKER_PROGRAM: 'train.py' });
  expect(text(container(props).Environment.SAGEMAKER_SUBMIT_DIRECTORY)).toContain('s3://');
});

test("each role pulls its own image's repository, and no other", () => {
  const synthesized = synthesizedProject(project({ training: trains, inference: elsewhere() }));
  const training = policies(synthesized.training());
  expect(training).toContain(':ecr:us-east-1:111122223333:repository/team/mine"');
  expect(training).not.toContain('repository/serving');
  expect(policies(synthesized.endpoint())).toContain(
    '"arn:aws:ecr:eu-west-1:444455556666:repository/serving"',
  );
});

test('a Dockerfile is built for x86 once in each stack that runs it, and its contents are the image', () => {
  const props = project({ training: serves, inference: serves }, ALONE);
  const synthesized = synthesizedProject(props);
  const image = text(job(props).AlgorithmSpecification);
  expect(image).toMatch(/container-assets-[^"]*:[0-9a-f]{64}"/);
  expect(policies(synthesized.training())).toContain('container-assets');
  expect(policies(synthesized.endpoint())).toContain('container-assets');
});

test('an image serves a model that was trained elsewhere, and needs none that trains', () => {
  const model = ModelSource.fromS3('s3://some-bucket/model.tar.gz', {
    framework: Framework.image({ inference: trains }),
  });
  const props = { model, hosting: Hosting.realtime({ instanceType: 'ml.m5.xlarge' }) };
  expect(container(props as SageMakerProjectProps).Image).toBe(URI);
});

test.each<[string, SageMakerProjectProps, RegExp]>([
  [
    'no image that serves',
    project({ training: trains }),
    /^training\.framework: Framework\.image names no image that serves; give inference: ContainerImage/,
  ],
  [
    'no image that trains',
    project({ inference: trains }),
    /^training\.framework: Framework\.image names no image that trains; give training: ContainerImage/,
  ],
  [
    'an image of no private registry',
    project({ training: ContainerImage.fromUri('python:3.12'), inference: trains }),
    /^training\.framework: Framework\.image\.training: 'python:3\.12' is no image of a private ECR repository.* push it/,
  ],
  [
    'no Dockerfile',
    project({ training: ContainerImage.fromAsset('nowhere'), inference: trains }),
    /^training\.framework: Framework\.image\.training: there is no 'nowhere\/Dockerfile' to build/,
  ],
  [
    'a tag with a space',
    project({
      training: ContainerImage.fromEcrRepository(
        Repository.fromRepositoryName(new Stack(), 'Own', 'own'),
        'a b',
      ),
      inference: trains,
    }),
    /'a b' is neither an image's tag nor its digest/,
  ],
  [
    'a text in place of an image',
    project({ training: URI as never, inference: trains }),
    /^training\.framework: Framework\.image\.training: '.*' is not a ContainerImage; write ContainerImage\.fromUri\('1111/,
  ],
  [
    'another name',
    project({ training: trains, serving: trains } as never),
    /^training\.framework: Framework\.image\.serving: there is no such prop/,
  ],
  [
    "another library's class",
    project({ training: CdkImage.fromAsset(directory.path) as never, inference: trains }),
    /^training\.framework: Framework\.image\.training: is another library's ContainerImage/,
  ],
  [
    'a directory without a script to run',
    project({ training: trains, inference: trains }, { entryPoint: undefined } as never),
    /^training\.entryPoint: is missing/,
  ],
  [
    'a directory without a script to serve',
    project({ training: trains, inference: trains }, {}, { sourceDir: 'training' }),
    /^hosting\.sourceDir: without hosting\.entryPoint an image of your own serves by itself; leave it out/,
  ],
])('fails with %s', (_what, props, problem) => {
  expect(problemsOf(props)).toContainEqual(expect.stringMatching(problem));
});

test('fails where the image lies in another region', () => {
  const images = Framework.image({ training: trains, inference: elsewhere() });
  expect(images.problems('training', 'cpu', 'us-east-1')).toEqual([]);
  expect(images.problems('training', 'cpu', 'eu-west-1')[0]).toMatch(/lies in us-east-1, .* replicate/);
  expect(images.problems('inference', 'cpu', 'us-east-1')[0]).toMatch(/lies in eu-west-1, .* replicate/);
});
