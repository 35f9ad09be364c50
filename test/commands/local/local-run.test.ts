import { mkdirSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { ProjectTemplate } from '../../../lib/assembly/project-template';
import { LocalRun } from '../../../lib/commands/local/local-run';
import { withRunLock } from '../../../lib/python/run-lock';
import { RecordingTerminal } from '../../console/recording-terminal';
import { PYTHON } from './toolkit-oracle';
import { JobDirectory } from './training-jobs';

let directory: JobDirectory;
let terminal: RecordingTerminal;
beforeEach(() => {
  directory = new JobDirectory();
  terminal = new RecordingTerminal();
});
afterEach(() => directory.remove());

/** Runs a script as a project of its own, with or without an endpoint; the exit code and the report. */
async function run(
  script: string,
  { endpoint = false, image = TENSORFLOW, serve = false, data = true, signal = NEVER } = {},
) {
  const { request, channels, sourceArchive } = directory.job({ 'train.py': script });
  const trainingJob = { request, sourceArchive, namePrefix: 'unet', minimumMetrics: {} };
  const code = await new LocalRun({
    project: {
      name: 'unet',
      trainingJob,
      endpoint: endpoint ? { environment: {}, image } : undefined,
    } as unknown as ProjectTemplate,
    trainingJob: trainingJob as never,
    channels: data ? channels : { training: join(directory.path, 'none') },
    predict: [],
    serve,
    port: undefined,
    outDirectory: directory.output,
    skipTraining: false,
    python: PYTHON,
    servingPython: PYTHON,
    aws: null,
    region: 'eu-west-1',
    cost: 'on AWS, eu-west-1: nothing while deployed',
    terminal,
    signal,
  }).run();
  return { code, report: directory.read('report.html') };
}

const NEVER = new AbortController().signal;
const TENSORFLOW = '763104351884.dkr.ecr.eu-west-1.amazonaws.com/tensorflow-inference:2.20.0-cpu';
const KMEANS = '438346466558.dkr.ecr.eu-west-1.amazonaws.com/kmeans:1';

test.each([
  ['is a completed job', false, 0],
  ['fails where it was asked to serve', true, 1],
])(
  'a job whose container does not serve here says where its model is, and %s',
  async (_, serve, expected) => {
    const { code, report } = await run(JSON_ONLY, { endpoint: true, image: KMEANS, serve });
    const why = `the container ${KMEANS} does not run here; the model is in `;
    expect(code).toBe(expected);
    expect(terminal.infos.join('\n')).toContain(why);
    expect(report).toContain('Completed');
    expect(directory.read('opt/ml/model/scores.json')).toBe('{}');
  },
);

const JSON_ONLY = "import os; open(os.environ['SM_MODEL_DIR'] + '/scores.json', 'w').write('{}')";

test.each([
  ['nothing', 'print("evaluated")'],
  ['JSON alone', JSON_ONLY],
])('a job without an endpoint that leaves %s is a completed job', async (_, script) => {
  const { code, report } = await run(script);
  expect(code).toBe(0);
  expect(report).toContain('Completed');
  expect(report).toContain('Nothing was served: no endpoint is declared');
});

test.each([
  [
    'nothing',
    'print("no model")',
    'the script wrote nothing to SM_MODEL_DIR: a model to serve goes there; a job without hosting needs none',
  ],
  ['JSON alone', JSON_ONLY, 'no model to serve'],
])('fails, with a report, where an endpoint is declared and the script leaves %s', async (_, script, why) => {
  const { code, report } = await run(script, { endpoint: true });
  expect(code).toBe(1);
  expect(report).toContain('the model cannot be served: ');
  expect(report).toContain(why);
  expect(terminal.infos.join('\n')).toContain(why);
});

test('a script whose files cannot be packed has a report that says so in a sentence', async () => {
  const { code, report } = await run(
    "import os; open(os.environ['SM_MODEL_DIR'].encode() + b'/caf\\xe9', 'w').close()",
  );
  expect(code).toBe(1);
  expect(report).toMatch(/ClientError: the name &#39;[^<]*caf\uFFFD&#39; is not UTF-8/);
});

test('an interrupted run has a report of how far it came', async () => {
  const interruption = new AbortController();
  terminal.progress = (line) => line.includes('train:loss') && interruption.abort();
  const script = 'import time; print("train:loss=0.5;", flush=True); time.sleep(600)';
  await expect(run(script, { signal: interruption.signal })).rejects.toThrow('interrupted');
  const report = directory.read('report.html');
  expect(report).toContain('The run ended early: interrupted');
  expect(report).toContain('Stopped');
  expect(report).toContain('train:loss');
});

test('a run whose tree cannot be laid has a report that says why, and nothing of an earlier run', async () => {
  await run('print("train:loss=0.25;")');
  expect(directory.read('report.html')).toContain('train:loss');
  const why = `channel training: ${join(directory.path, 'none')} does not exist`;
  await expect(run('', { data: false })).rejects.toThrow(why);
  const report = directory.read('report.html');
  expect(report).toContain(`The run ended early: ${why}`);
  expect(report).toContain('The job printed no metric');
});

test('a run whose model does not load for serving has a report that says why', async () => {
  const script = `import os
os.mkdir(os.environ['SM_MODEL_DIR'] + '/1')
open(os.environ['SM_MODEL_DIR'] + '/1/saved_model.pb', 'w').write('no model')`;
  expect((await run(script, { endpoint: true })).code).toBe(1);
  expect(directory.read('report.html')).toContain('the model cannot be served: ');
}, 60_000);

test("a report is never that of an earlier run, and a failed one begins with why: its reason and the script's last lines", async () => {
  await run(JSON_ONLY);
  const { report } = await run('x = {}\nprint("train begins")\nx["SM_CHANNEL_TRAIN"]');
  const text = report.replace(/<style>[^]*?<\/style>|<[^>]+>/g, ' ').replaceAll('&#39;', "'");
  expect(text.indexOf("KeyError: 'SM_CHANNEL_TRAIN'")).toBeLessThan(text.indexOf('Runs of this directory'));
  expect(text).toMatch(/The script's last lines\s+train begins\s+Traceback/);
  expect(text).toMatch(/this run\s+Failed\s[^]*Completed/);
  expect(text).toMatch(/Python\s+3\.\d+/);
  expect(text).toContain('on AWS, eu-west-1: nothing while deployed');
});

describe('two runs in one directory', () => {
  const signal = new AbortController().signal;

  test('the second is refused and told who has it', async () => {
    await withRunLock(directory.output, signal, async () => {
      await expect(withRunLock(directory.output, signal, () => run(''))).rejects.toThrow(
        new RegExp(`^another run, of process ${process.pid}, uses '.*/out'; wait for its end, .*--out DIR$`),
      );
    });
    expect(readdirSync(directory.output)).toEqual([]);
    expect(await withRunLock(directory.output, signal, async () => 'after it')).toBe('after it');
  });

  test.each([
    ['a process that has gone', '999999999 1'],
    ['an earlier process of the same number', `${process.pid} 1`],
  ])('the lock of %s is taken over', async (_, owner) => {
    mkdirSync(directory.output);
    symlinkSync(owner, join(directory.output, '.lock'));
    const held = () => Promise.resolve(readlinkSync(join(directory.output, '.lock')));
    const taken = await withRunLock(directory.output, signal, held);
    expect(taken).toMatch(new RegExp(`^${process.pid} `));
    expect(taken).not.toBe(owner);
  });
});
