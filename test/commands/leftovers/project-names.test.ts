import fc from 'fast-check';
import { ProjectNames } from '../../../lib/commands/leftovers/project-names';

const unet = new ProjectNames('unet');

test.each([
  ['unet-workspace-DataBucketE3889A50-AB12CD34EF56', true],
  ['unet-training-Role-AB12CD34EF56', true],
  ['unet-endpoint-Model-AB12CD34EF56', true],
  ['unet2-endpoint-Model-AB12CD34EF56', false],
  ['my-unet-endpoint-Model-AB12CD34EF56', false],
  ['unet-endpoint2-Model-AB12CD34EF56', false],
  ['unet-endpoint', false],
  ['unet-other-Model-AB12CD34EF56', false],
  // Those of a project that is called unet-endpoint.
  ['unet-endpoint-workspace-DataBucketE3889A50-AB12CD34EF56', false],
  ['unet-endpoint-training', false],
  ['unet-endpoint-0123456789-01234567', false],
])('a generated name: %s is the project unet’s: %s', (name, expected) => {
  expect(unet.isGenerated(name)).toBe(expected);
});

test.each([
  ['unet', true],
  ['unet-serverless', true],
  ['unet-async', true],
  ['unet-realtime', false],
  ['unet2-async', false],
])('an endpoint: %s is the project unet’s: %s', (name, expected) => {
  expect(unet.isEndpoint(name)).toBe(expected);
});

test.each([
  ['unet-0123456789-01234567', true],
  ['unet-0123456789-0123456', false],
  ['unet2-0123456789-01234567', false],
  ['unet-2-0123456789-01234567', false],
])('a training job: %s is the project unet’s: %s', (name, expected) => {
  expect(unet.isTrainingJob(name)).toBe(expected);
});

test.each([
  ['Network Interface created to access resources in your VPC for SageMaker Notebook Instance unet', true],
  ['AWS Lambda VPC ENI-unet-training-Function-AB12CD34EF56-0a1b2c3d-4e5f-6a7b-8c9d-0e1f2a3b4c5d', true],
  ['SageMaker training job unet-0123456789-01234567', true],
  ['SageMaker Notebook Instance my-unet', false],
  ['SageMaker Notebook Instance unet2', false],
])('a description: %s names the project unet: %s', (text, expected) => {
  expect(unet.isNamedIn(text)).toBe(expected);
});

test('the names of one project are not those of another', () => {
  // Endpoints and a job of projects called `unet-endpoint-x`, `unet-endpoint-x-production` and `unet-training`.
  for (const name of ['unet-endpoint-x', 'unet-endpoint-x-production', 'unet-training-0123456789-01234567']) {
    expect(unet.isOwn(name)).toBe(false);
  }
});

test('no generated name belongs to two projects', () => {
  const name = fc.stringMatching(/^[a-c](-?[a-c0-9]){0,3}$/);
  // Suffixes of stacks within a project's name are what could confuse them.
  const project = fc
    .tuple(
      name,
      fc.constantFrom('', '-endpoint', '-training', '-workspace', '-endpoint-x', '-endpoint-x-production'),
    )
    .map((parts) => parts.join(''));
  const stack = fc.constantFrom('workspace', 'training', 'endpoint');
  const logicalId = fc.stringMatching(/^[A-Z][a-zA-Z0-9]{0,10}[0-9A-F]{8}$/);
  fc.assert(
    fc.property(project, project, stack, logicalId, (one, other, suffix, id) => {
      const generated = `${one}-${suffix}-${id}-AB12CD34EF56`;
      expect(new ProjectNames(one).isGenerated(generated)).toBe(true);
      expect(new ProjectNames(one).isGeneratedBucket(generated.toLowerCase())).toBe(true);
      expect(new ProjectNames(other).isGenerated(generated)).toBe(one === other);
    }),
    { numRuns: 2000 },
  );
});
