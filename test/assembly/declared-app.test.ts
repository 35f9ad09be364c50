import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readApp, readDeclaredProject } from '../../lib/assembly/declared-app';
import type { AssemblyStack } from '../../lib/assembly/cloud-assembly';
import type { ProjectTemplate } from '../../lib/assembly/project-template';
import { synthesizeApp } from '../../lib/assembly/synthesize';
import { ProjectDirectory } from '../project-fixture';

const REPOSITORY = resolve(__dirname, '..', '..');
const project = new ProjectDirectory();
const output = mkdtempSync(join(tmpdir(), 'staged-'));
afterAll(() => {
  project.remove();
  rmSync(output, { recursive: true, force: true });
});

/** What a project declares, but for where its files lie. */
function withoutPaths({ trainingJob, ...others }: ProjectTemplate) {
  const { sourceArchive: _archive, channelDirectories, ...job } = trainingJob!;
  return { ...others, job, channels: [...channelDirectories.keys()] };
}

test('a look at the templates copies no dataset, and reads what a deploy would', async () => {
  project.write('dataset/large.txt', 'what nobody should copy');
  const module = (path: string) => JSON.stringify(join(REPOSITORY, path));
  project.write(
    'app.js',
    `require(${module('node_modules/ts-node')}).register({ cwd: ${JSON.stringify(REPOSITORY)} });
const { readdirSync, writeFileSync } = require('node:fs');
const { App } = require(${module('node_modules/aws-cdk-lib')});
const { SageMakerProject } = require(${module('lib/project/sagemaker-project.ts')});
const { Hosting } = require(${module('lib/endpoint/hosting.ts')});
const { Framework } = require(${module('lib/images/framework.ts')});
const { Channel } = require(${module('lib/training/channel.ts')});
const app = new App({ builtinCloudFormationValidation: false });
new SageMakerProject(app, 'unet', {
  training: {
    framework: Framework.tensorflow('2.21'),
    sourceDir: 'training',
    entryPoint: 'train.py',
    instanceType: 'ml.m5.xlarge',
    channels: { training: Channel.fromDirectory('dataset') },
  },
  hosting: Hosting.realtime({ instanceType: 'ml.m5.xlarge' }),
});
const { directory } = app.synth();
writeFileSync('written.json', JSON.stringify(readdirSync(directory, { recursive: true })));
`,
  );
  project.write('cdk.json', JSON.stringify({ app: 'node app.js' }));
  const written = () => JSON.parse(readFileSync(join(project.path, 'written.json'), 'utf8')) as string[];

  const read = (stacks: readonly AssemblyStack[]) => withoutPaths(readDeclaredProject(stacks, undefined));
  const staged = await synthesizeApp(project.path, output);
  expect(written()).toContainEqual(expect.stringMatching(/^asset\..*\/large\.txt$/));

  const declared = await readApp(project.path, new AbortController().signal, read);
  expect(written()).toContain('unet-training.template.json');
  expect(written().filter((path) => /^asset\..*(?<!\.contents\.json)$/.test(path))).toEqual([]);
  expect(declared).toEqual(read(staged.stacks));
}, 120_000);
