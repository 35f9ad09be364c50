import { cp, mkdir, mkdtemp, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { BenchRun } from './bench-run';
import { type Comparison, digits, measureInterleaved, median } from './comparison';
import { measureCommand } from './measured-command';

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
const commandScript = (
  root: string,
  file: string,
  create: string,
) => `import { ${create} } from '${root}/${file}';
import { main } from '${root}/lib/console/main';

void main(${create}(__dirname));
`;

/** A script whose first line says when that is. */
const SCRIPT = 'import time; print(time.time(), flush=True)\n';

/** What grows with a project, against the smallest one: files, bytes, channels and projects. */
export async function compareData(run: BenchRun): Promise<Comparison[]> {
  const small = await createDataApp(run, 'small-data', {});
  const many = await createDataApp(run, 'many-files', { files: 20_000, bytes: 1000 });
  const large = await createDataApp(run, 'large-file', { bytes: 2200 * 1024 ** 2 });
  const channels = await createDataApp(run, 'channels', { channels: 20 });
  const projects = await createDataApp(run, 'projects', { projects: 10 });
  const again = (directory: string) => () => synthesize(run, directory, {}, join(directory, 'cdk.out'));
  const things = {
    small: again(small),
    many: again(many),
    large: again(large),
    channels: again(channels),
    projects: again(projects),
  };
  // What is unchanged is hashed and copied once.
  await measureInterleaved(things, 1);
  const measured = await measureInterleaved(things, REPETITIONS);
  const starts = await measureInterleaved({ local: () => firstLine(run, small) }, REPETITIONS);
  await commit(run, small);
  await commit(run, many);
  const reviews = await measureInterleaved(
    { small: () => review(run, small, 'review.ts'), many: () => review(run, many, 'review.ts') },
    REPETITIONS,
  );
  const compare = (what: string, measures: readonly number[], least: readonly number[], atMost: number) => ({
    what,
    ratio: median(measures) / median(least),
    aim: { atMost },
    detail: `${digits(median(measures))} s against ${digits(median(least))} s`,
  });
  const synth = (what: string, seconds: readonly number[], atMost: number) =>
    compare(`cdk synth, time with ${what}`, seconds, measured.small, atMost);
  return [
    synth('20,000 files that did not change, against one small file', measured.many, 1.2),
    synth('a file of 2 GiB that did not change, against one small file', measured.large, 1.2),
    synth('20 channels, against one', measured.channels, 1.3),
    synth('10 projects, against one', measured.projects, 2),
    compare(
      'npm run review, time with 20,000 files, against one small file',
      reviews.many,
      reviews.small,
      1.5,
    ),
    compare(
      'npm run local, time to the first line of the script, against cdk synth',
      starts.local,
      measured.small,
      1.5,
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
  const { root } = run;
  const review = commandScript(root, 'lib/commands/review/review-command', 'createReviewCommand');
  await writeFile(join(directory, 'review.ts'), review);
  const local = commandScript(root, 'lib/commands/local/local-command', 'localCommand');
  await writeFile(join(directory, 'local.ts'), local);
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

/** `cdk synth` of this app, against an app of one empty stack, against itself with its types checked, and against `npm run review`. */
export async function compareSynthesis(run: BenchRun): Promise<Comparison[]> {
  const empty = await createApp(run, 'empty-app', EMPTY_APP);
  const typeChecked = await createTypeCheckingConfiguration(run);
  const measured = await measureInterleaved(
    {
      app: () => synthesize(run, run.root),
      empty: () => synthesize(run, empty),
      typeChecked: () => synthesize(run, run.root, { TS_NODE_PROJECT: typeChecked }),
      review: () => review(run),
    },
    REPETITIONS,
  );
  const [app, bare, checked] = [median(measured.app), median(measured.empty), median(measured.typeChecked)];
  const reviewed = median(measured.review);
  return [
    {
      what: 'cdk synth, time of this app against an app of one empty stack',
      ratio: app / bare,
      aim: { atMost: 1.2 },
      detail: `${digits(app)} s against ${digits(bare)} s`,
    },
    {
      what: 'cdk synth, time of this app with its types checked by ts-node against as it is',
      ratio: checked / app,
      detail: `${digits(checked)} s against ${digits(app)} s`,
    },
    {
      what: 'npm run review, which synthesizes two versions, against one cdk synth, time',
      ratio: reviewed / app,
      aim: { atMost: 3 },
      detail: `${digits(reviewed)} s against ${digits(app)} s`,
    },
  ];
}

/** Seconds of a review of the working tree against its own last commit. */
async function review(run: BenchRun, cwd = run.root, script = 'bin/review.ts'): Promise<number> {
  run.terminal.progress('npm run review');
  const command = [process.execPath, '-r', 'ts-node/register', script, '--base', 'HEAD'];
  return (await measureCommand(run, command, cwd)).seconds;
}

/** Seconds from the start of `npm run local` until its script runs. */
async function firstLine(run: BenchRun, cwd: string): Promise<number> {
  run.terminal.progress('npm run local');
  const started = Date.now() / 1000;
  await measureCommand(run, [process.execPath, '-r', 'ts-node/register', 'local.ts'], cwd);
  const log = await readFile(join(cwd, 'local', 'training.log'), 'utf8');
  return Number(log.trim().split('\n').at(-1)) - started;
}

/** Seconds of `cdk synth` in a directory. @param given where the cloud assembly goes; without it, to one of its own */
async function synthesize(
  run: BenchRun,
  cwd: string,
  environment: Record<string, string> = {},
  given?: string,
): Promise<number> {
  run.terminal.progress('cdk synth');
  const output = given ?? (await mkdtemp(join(run.scratch, 'assembly-')));
  const bin = join(run.root, 'node_modules', '.bin');
  // Without notices: the network's speed is not the app's.
  const command = [join(bin, 'cdk'), 'synth', '--quiet', '--no-notices', '--output', output];
  const { seconds } = await measureCommand(run, command, cwd, {
    PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    // This app runs without the CDK's own validation, so the empty one does too.
    CDK_VALIDATION: 'false',
    ...environment,
  });
  return seconds;
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

/** This app's compiler settings, with which ts-node compiles by TypeScript itself; --typeCheck refuses beside SWC. */
async function createTypeCheckingConfiguration({ root, scratch }: BenchRun): Promise<string> {
  const file = join(scratch, 'tsconfig.type-checking.json');
  await writeFile(
    file,
    JSON.stringify({
      extends: join(root, 'tsconfig.json'),
      compilerOptions: { typeRoots: [join(root, 'node_modules', '@types')] },
      'ts-node': { swc: false, typeCheck: true },
    }),
  );
  return file;
}
