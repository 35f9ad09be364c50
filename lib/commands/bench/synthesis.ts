import { cp, mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { BenchRun } from './bench-run';
import { type Comparison, digits, measureInterleaved, median } from './comparison';
import { measureCommand } from './measured-command';

const REPETITIONS = 5;

/** The smallest that is valid: a template must have a resource. */
const EMPTY_APP = `import { App, CfnWaitConditionHandle, Stack } from 'aws-cdk-lib';

new CfnWaitConditionHandle(new Stack(new App(), 'empty'), 'Handle');
`;

/** `cdk synth` of this app, against an app of one empty stack, against itself with its types checked, and against `npm run review`. */
export async function compareSynthesis(run: BenchRun): Promise<Comparison[]> {
  const empty = await createEmptyApp(run);
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
async function review(run: BenchRun): Promise<number> {
  run.terminal.progress('npm run review');
  const { seconds } = await measureCommand(
    {
      python: run.python,
      command: [process.execPath, '-r', 'ts-node/register', 'bin/review.ts', '--base', 'HEAD'],
      cwd: run.root,
      environment: process.env as Record<string, string>,
    },
    run.signal,
  );
  return seconds;
}

/** Seconds of `cdk synth` in a directory, into a cloud assembly of its own. */
async function synthesize(
  run: BenchRun,
  cwd: string,
  environment: Record<string, string> = {},
): Promise<number> {
  run.terminal.progress('cdk synth');
  const output = await mkdtemp(join(run.scratch, 'assembly-'));
  const bin = join(run.root, 'node_modules', '.bin');
  const { seconds } = await measureCommand(
    {
      python: run.python,
      // Without notices: the network's speed is not the app's.
      command: [join(bin, 'cdk'), 'synth', '--quiet', '--no-notices', '--output', output],
      cwd,
      environment: {
        ...(process.env as Record<string, string>),
        PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
        CDK_DISABLE_CLI_TELEMETRY: 'true',
        // This app runs without the CDK's own validation, so the empty one does too.
        CDK_VALIDATION: 'false',
        ...environment,
      },
    },
    run.signal,
  );
  return seconds;
}

/** An app of one empty stack with this app's packages, compiler settings and context. */
async function createEmptyApp({ root, scratch }: BenchRun): Promise<string> {
  const directory = join(scratch, 'empty-app');
  await mkdir(join(directory, 'bin'), { recursive: true });
  await symlink(join(root, 'node_modules'), join(directory, 'node_modules'));
  await cp(join(root, 'tsconfig.json'), join(directory, 'tsconfig.json'));
  const settings = JSON.parse(await readFile(join(root, 'cdk.json'), 'utf8')) as object;
  await writeFile(join(directory, 'cdk.json'), JSON.stringify({ ...settings, app: 'ts-node bin/app.ts' }));
  await writeFile(join(directory, 'bin', 'app.ts'), EMPTY_APP);
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
