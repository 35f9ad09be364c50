import { cp, mkdir, mkdtemp, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { compare, type Comparison, measureInterleaved } from './comparison';
import { type BenchRun, type MeasuredCommand, measureCommand } from './measured-command';

const REPETITIONS = 5;

/** The smallest that is valid: a template must have a resource. */
const EMPTY_APP = `import { App, CfnWaitConditionHandle, Stack } from 'aws-cdk-lib';

new CfnWaitConditionHandle(new Stack(new App(), 'empty'), 'Handle');
`;

/** So many projects, each of which trains on its directories of data: so many channels. */
const dataApp = (root: string, { projects = 1, channels = 1 }) => `import { App } from 'aws-cdk-lib';
import { Framework } from '${root}/lib/images/framework';
import { SageMakerProject } from '${root}/lib/project/sagemaker-project';
import { Channel } from '${root}/lib/training/channel';

const app = new App({ builtinCloudFormationValidation: false });
const names = Array.from({ length: ${channels} }, (_, index) => \`channel\${index}\`);
for (let index = 0; index < ${projects}; index++) {
  new SageMakerProject(app, \`data\${index}\`, {
    training: {
      framework: Framework.tensorflow('2.21'),
      sourceDir: 'code',
      entryPoint: 'train.py',
      instanceType: 'ml.m5.xlarge',
      channels: Object.fromEntries(names.map((name) => [name, Channel.fromDirectory('data')])),
    },
  });
}
`;

/** A command of this project for the app beside it. */
const commandScript = (root: string, name: string, factory: string) => `
import { ${factory} } from '${root}/lib/commands/${name}/${name}-command';
import { main } from '${root}/lib/console/main';

void main(${factory}(__dirname));
`;

/** A script whose first line says when that is. */
const SCRIPT = 'import time; print(time.time(), flush=True)\n';

/** What grows with a project, against the smallest one: files, bytes, channels and projects. */
export async function compareData(run: BenchRun): Promise<Comparison[]> {
  const create = async (name: string, data: DataApp) => {
    const directory = await createDataApp(run, name, data);
    return { directory, again: () => synthesize(run, directory, join(directory, 'cdk.out')) };
  };
  const small = await create('small-data', {});
  const many = await create('many-files', { files: 20_000, bytes: 1000 });
  const things = {
    small: small.again,
    many: many.again,
    large: (await create('large-file', { bytes: 2200 * 1024 ** 2 })).again,
    channels: (await create('channels', { channels: 20 })).again,
    projects: (await create('projects', { projects: 10 })).again,
  };
  // What is unchanged is hashed and copied once.
  await measureInterleaved(things, 1);
  const synths = await measureInterleaved(things, REPETITIONS);
  const starts = await measureInterleaved({ local: () => firstLine(run, small.directory) }, REPETITIONS);
  await commit(run, small.directory);
  await commit(run, many.directory);
  const reviews = await measureInterleaved(
    {
      small: () => review(run, small.directory, 'review.ts'),
      many: () => review(run, many.directory, 'review.ts'),
    },
    REPETITIONS,
  );
  const synth = (what: string, { seconds }: { readonly seconds: number }, atMost: number) =>
    compare(`cdk synth, time with ${what}`, seconds, synths.small.seconds, 's', { atMost });
  return [
    synth('20,000 files that did not change, against one small file', synths.many, 1.2),
    synth('a file of 2 GiB that did not change, against one small file', synths.large, 1.2),
    synth('20 channels, against one', synths.channels, 1.3),
    synth('10 projects, against one', synths.projects, 2),
    compare(
      'npm run review, time with 20,000 files, against one small file',
      reviews.many.seconds,
      reviews.small.seconds,
      's',
      { atMost: 1.5 },
    ),
    compare(
      'npm run local, time to the first line of the script, against cdk synth',
      starts.local.seconds,
      synths.small.seconds,
      's',
      { atMost: 1.5 },
    ),
  ];
}

/** What a directory of data holds, and what declares it. */
interface DataApp {
  /** @default 1 */
  readonly files?: number;
  /** Of each file. @default 10 */
  readonly bytes?: number;
  /** @default 1 */
  readonly channels?: number;
  /** @default 1 */
  readonly projects?: number;
}

async function createDataApp(
  run: BenchRun,
  name: string,
  { files = 1, bytes = 10, ...declared }: DataApp,
): Promise<string> {
  const directory = await createApp(run, name, dataApp(run.root, declared));
  const commands = { review: 'createReviewCommand', local: 'localCommand' };
  for (const [command, factory] of Object.entries(commands)) {
    await writeFile(join(directory, `${command}.ts`), commandScript(run.root, command, factory));
  }
  await writeFile(join(directory, '.gitignore'), 'node_modules\ncdk.out\nlocal\n');
  for (const folder of ['code', 'data']) {
    await mkdir(join(directory, folder));
  }
  await writeFile(join(directory, 'code', 'train.py'), SCRIPT);
  for (let index = 0; index < files; index++) {
    const file = join(directory, 'data', String(index));
    await writeFile(file, String(index));
    // The rest is a hole, which takes no room.
    await truncate(file, bytes);
  }
  return directory;
}

/** Makes a directory a repository of one commit. */
async function commit(run: BenchRun, directory: string): Promise<void> {
  const person = ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost'];
  for (const words of [['init'], ['add', '.'], [...person, 'commit', '--message', 'all']]) {
    await measureCommand(run, ['git', ...words], directory);
  }
}

/** `cdk synth` of this app, against an app of one empty stack and against `npm run review`. */
export async function compareSynthesis(run: BenchRun): Promise<Comparison[]> {
  const bare = await createApp(run, 'empty-app', EMPTY_APP);
  const { app, empty, reviewed } = await measureInterleaved(
    {
      app: async () => synthesize(run, run.root, await mkdtemp(join(run.scratch, 'assembly-'))),
      empty: () => synthesize(run, bare, join(bare, 'cdk.out')),
      reviewed: () => review(run, run.root, 'bin/review.ts'),
    },
    REPETITIONS,
  );
  return [
    compare(
      'cdk synth, time of this app against an app of one empty stack',
      app.seconds,
      empty.seconds,
      's',
      { atMost: 1.2 },
    ),
    compare(
      'npm run review, which synthesizes two versions, against one cdk synth, time',
      reviewed.seconds,
      app.seconds,
      's',
      { atMost: 3 },
    ),
  ];
}

/** A review of the working tree against its own last commit. */
async function review(run: BenchRun, cwd: string, script: string) {
  run.terminal.progress('npm run review');
  const command = [process.execPath, '-r', 'ts-node/register', script, '--base', 'HEAD'];
  return seconds(measureCommand(run, command, cwd));
}

/** From the start of `npm run local` until its script runs. */
async function firstLine(run: BenchRun, cwd: string) {
  run.terminal.progress('npm run local');
  const started = Date.now() / 1000;
  await measureCommand(run, [process.execPath, '-r', 'ts-node/register', 'local.ts'], cwd);
  const log = await readFile(join(cwd, 'local', 'training.log'), 'utf8');
  return { seconds: Number(log.trim().split('\n').at(-1)) - started };
}

/** `cdk synth` in a directory. */
async function synthesize(run: BenchRun, cwd: string, output: string) {
  run.terminal.progress('cdk synth');
  const bin = join(run.root, 'node_modules', '.bin');
  // Without notices: the network's speed is not the app's.
  const command = [join(bin, 'cdk'), 'synth', '--quiet', '--no-notices', '--output', output];
  return seconds(
    measureCommand(run, command, cwd, {
      PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      // This app runs without the CDK's own validation, so the empty one does too.
      CDK_VALIDATION: 'false',
    }),
  );
}

async function seconds(measured: Promise<MeasuredCommand>) {
  return { seconds: (await measured).seconds };
}

/** A directory for an app, with this one's packages, compiler settings and context. */
async function createApp({ root, scratch }: BenchRun, name: string, app: string): Promise<string> {
  const directory = join(scratch, name);
  await mkdir(directory, { recursive: true });
  await symlink(join(root, 'node_modules'), join(directory, 'node_modules'));
  await cp(join(root, 'tsconfig.json'), join(directory, 'tsconfig.json'));
  const settings = JSON.parse(await readFile(join(root, 'cdk.json'), 'utf8')) as object;
  await writeFile(join(directory, 'cdk.json'), JSON.stringify({ ...settings, app: 'ts-node app.ts' }));
  await writeFile(join(directory, 'app.ts'), app);
  return directory;
}
