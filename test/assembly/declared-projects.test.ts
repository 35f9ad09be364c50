import { chooseProject, declaredProjects } from '../../lib/assembly/declared-projects';
import type { AssemblyStack } from '../../lib/assembly/cloud-assembly';
import { UsageError, UserError } from '../../lib/console/user-error';

/** A stack with a resource that has a project's tag. */
function stack(name: string, project?: string): AssemblyStack {
  const Tags = project === undefined ? [] : [{ Key: 'project', Value: project }];
  return {
    name,
    template: { Resources: { Bucket: { Type: 'AWS::S3::Bucket', Properties: { Tags } } } },
    assets: new Map(),
  };
}

/** Projects with a workspace only. */
function projectsOf(...names: string[]) {
  return declaredProjects(names.map((name) => stack(`${name}-workspace`, name)));
}

test.each([
  [[], {}],
  [[stack('unet-workspace', 'unet')], { unet: ['unet-workspace'] }],
  [[stack('unet-workspace')], {}],
  [[stack('team-workspace', 'unet')], {}],
  [[stack('unet-training', 'unet')], {}],
  [[stack('unet-workspace', 'unet'), stack('other')], { unet: ['unet-workspace'] }],
  [
    ['unet', 'unet-large', 'unet-training'].flatMap((name) =>
      ['workspace', 'training', 'endpoint'].map((suffix) => stack(`${name}-${suffix}`, name)),
    ),
    {
      unet: ['unet-workspace', 'unet-training', 'unet-endpoint'],
      'unet-large': ['unet-large-workspace', 'unet-large-training', 'unet-large-endpoint'],
      'unet-training': ['unet-training-workspace', 'unet-training-training', 'unet-training-endpoint'],
    },
  ],
])('the stacks of the projects are told apart by their exact names (%#)', (stacks, expected) => {
  const projects = declaredProjects(stacks).map(({ name, stackNames }) => [name, stackNames]);
  expect(Object.fromEntries(projects)).toEqual(expected);
});

test('the only project needs no name', () => {
  expect(chooseProject(projectsOf('unet')).name).toBe('unet');
  expect(chooseProject(projectsOf('unet'), 'unet').name).toBe('unet');
});

test('one of several is chosen by its exact name', () => {
  expect(chooseProject(projectsOf('unet', 'unet-large'), 'unet-large').name).toBe('unet-large');
});

test.each([
  [[], undefined, UserError, 'declares no project'],
  [['unet', 'unet-large'], undefined, UsageError, 'choose one with --project (unet, unet-large)'],
  [['unet', 'unet-large'], 'unet-l', UsageError, "no project 'unet-l'; it declares unet, unet-large"],
  [['unet'], 'pets', UsageError, "no project 'pets'; it declares unet"],
])('fails for the projects %j with --project %s', (names, name, type, message) => {
  expect(() => chooseProject(projectsOf(...names), name)).toThrow(type);
  expect(() => chooseProject(projectsOf(...names), name)).toThrow(message);
});
