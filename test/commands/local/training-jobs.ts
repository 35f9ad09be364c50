import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { TrainingJobDocument } from '../../../lib/commands/local/training-job-document';
import { TENSORFLOW_IMAGE } from './generated-jobs';
import { PYTHON } from './toolkit-oracle';

/** A directory of its own for one test, with the source of a job in it. */
export class JobDirectory {
  public readonly path = realpathSync(mkdtempSync(join(tmpdir(), 'training-job-')));
  public readonly output = join(this.path, 'out');

  /** A job of these files, of which `train.py` is the script unless the request says otherwise. */
  public job(
    files: Record<string, string>,
    request: object = {},
    document: Partial<TrainingJobDocument> = {},
  ): TrainingJobDocument {
    for (const [name, text] of Object.entries({ 'data/one.txt': 'one', ...prefixed('code', files) })) {
      mkdirSync(dirname(join(this.path, name)), { recursive: true });
      writeFileSync(join(this.path, name), text);
    }
    const { HyperParameters, ...rest } = request as { HyperParameters?: Record<string, string> };
    return {
      request: {
        TrainingJobName: 'job-1',
        RoleArn: 'arn:aws:iam::123456789012:role/training',
        AlgorithmSpecification: {
          TrainingImage: TENSORFLOW_IMAGE,
          TrainingInputMode: 'File',
          MetricDefinitions: [{ Name: 'train:loss', Regex: 'train:loss=(.*?);' }],
        },
        OutputDataConfig: { S3OutputPath: 's3://bucket/jobs' },
        ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 1, VolumeSizeInGB: 30 },
        StoppingCondition: { MaxRuntimeInSeconds: 3600 },
        InputDataConfig: [{ ChannelName: 'training', DataSource: undefined }],
        HyperParameters: { sagemaker_program: '"train.py"', ...HyperParameters },
        ...rest,
      },
      sourceArchive: join(this.path, 'code'),
      channels: { training: join(this.path, 'data') },
      outputDirectory: this.output,
      python: PYTHON,
      checkpoints: null,
      region: 'eu-west-1',
      aws: null,
      ...document,
    };
  }

  public read(...names: string[]): string {
    return readFileSync(join(this.output, ...names), 'utf8');
  }

  public remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

function prefixed(directory: string, files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [`${directory}/${name}`, text]));
}

/** Whether a process runs; one that has ended and that nobody has collected does not. */
export function isRunning(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z');
  } catch {
    return false;
  }
}

/** Waits until all processes have ended. Returns those that do not, and ends them. */
export async function untilGone(pids: readonly number[]): Promise<number[]> {
  for (let attempt = 0; attempt < 400 && pids.some(isRunning); attempt++) {
    await setTimeout(50);
  }
  const left = pids.filter(isRunning);
  left.forEach((pid) => process.kill(pid, 'SIGKILL'));
  return left;
}

/** Prints its own and a grandchild's process ids as `pids=1,2`, then sleeps; both ignore SIGTERM. */
export const STUBBORN = `
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, lambda *_: print('ignored', flush=True))
child = subprocess.Popen([sys.executable, '-c', 'import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print("ready", flush=True); time.sleep(90)'], stdout=subprocess.PIPE)
child.stdout.readline()
print('pids=%d,%d' % (os.getpid(), child.pid), flush=True)
deadline = time.monotonic() + 90
while time.monotonic() < deadline:
    time.sleep(1)
`;
