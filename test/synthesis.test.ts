import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { synthesizeApp } from '../lib/assembly/synthesize';
import { chooseProject, declaredProjects } from '../lib/assembly/declared-projects';
import { readProjectTemplate } from '../lib/assembly/project-template';

const ROOT = resolve(__dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'synthesis-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Hash by file of all templates and assets; the rest of an assembly says where it was written. */
function bytesOf(assembly: string): Record<string, string> {
  const files = readdirSync(assembly, { recursive: true, encoding: 'utf8' })
    .map((name) => join(assembly, name))
    .filter((path) => statSync(path).isFile() && /(\.template\.json|\.assets\.json|\/asset\.)/.test(path));
  return Object.fromEntries(
    files.map((path) => [
      relative(assembly, path),
      createHash('sha256').update(readFileSync(path)).digest('hex'),
    ]),
  );
}

/** An environment without credentials, in which every way to the network fails. */
const OFFLINE = {
  AWS_EC2_METADATA_DISABLED: 'true',
  HTTPS_PROXY: 'http://127.0.0.1:9',
  HTTP_PROXY: 'http://127.0.0.1:9',
};

test('the app synthesizes without credentials and network, to the same bytes twice', async () => {
  const before = process.env;
  process.env = {
    ...Object.fromEntries(Object.entries(before).filter(([name]) => !name.startsWith('AWS_'))),
    ...OFFLINE,
    HOME: folder,
  };
  try {
    const first = bytesOf((await synthesizeApp(ROOT, join(folder, 'first'))).directory);
    const second = bytesOf((await synthesizeApp(ROOT, join(folder, 'second'))).directory);
    expect(
      Object.keys(first)
        .filter((name) => name.endsWith('.template.json'))
        .toSorted(),
    ).toEqual(['unet-endpoint.template.json', 'unet-training.template.json', 'unet-workspace.template.json']);
    expect(second).toEqual(first);
  } finally {
    process.env = before;
  }
}, 180_000);

test("the CDK's own validation finds nothing wrong with the app", async () => {
  process.env.CDK_VALIDATION = 'true';
  try {
    const { directory } = await synthesizeApp(ROOT, join(folder, 'validated'));
    const report = JSON.parse(readFileSync(join(directory, 'validation-report.json'), 'utf8')) as {
      pluginReports: unknown[];
    };
    // A plugin that finds nothing reports nothing.
    expect(report.pluginReports).toEqual([]);
  } finally {
    process.env.CDK_VALIDATION = 'false';
  }
}, 180_000);

test('what the template declares is what local runs read: the job, its data and the container', async () => {
  const { stacks } = await synthesizeApp(ROOT, join(folder, 'read'));
  const project = readProjectTemplate(chooseProject(declaredProjects(stacks)), stacks, 'eu-west-1');
  expect(project?.name).toBe('unet');
  expect(project?.trainingJob?.request.AlgorithmSpecification?.TrainingImage).toBe(
    '763104351884.dkr.ecr.eu-west-1.amazonaws.com/tensorflow-training:2.21.0-cpu-py312-amzn2023-sagemaker',
  );
  expect(project?.trainingJob?.request.HyperParameters).toMatchObject({ epochs: '20', optimizer: '"adam"' });
  expect(readdirSync(project?.trainingJob?.channelDirectories.get('training') ?? '')).toEqual([
    'masks',
    'original',
  ]);
  expect(
    execFileSync('tar', ['-tzf', project?.trainingJob?.sourceArchive ?? ''], { encoding: 'utf8' }),
  ).toContain('unet_from_scratch.py');
  expect(project?.endpoint).toMatchObject({
    endpointName: 'unet',
    serverless: false,
    asynchronous: false,
    image:
      '763104351884.dkr.ecr.eu-west-1.amazonaws.com/tensorflow-inference:2.20.0-cpu-py312-amzn2023-sagemaker',
  });
}, 180_000);

test('the CDK CLI knows the stacks by the names that a person types', () => {
  const listed = execFileSync(join(ROOT, 'node_modules/.bin/cdk'), ['ls', '--output', join(folder, 'cli')], {
    cwd: ROOT,
    encoding: 'utf8',
    // As npx does, so that the `app` of cdk.json is found.
    env: { ...process.env, PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH}` },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  expect(listed.trim().split('\n')).toEqual(['unet-workspace', 'unet-training', 'unet-endpoint']);
}, 180_000);
