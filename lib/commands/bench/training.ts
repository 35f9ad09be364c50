import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchRun } from './bench-run';
import { type Comparison, digits, measureInterleaved, median } from './comparison';
import { measureCommand } from './measured-command';

const REPETITIONS = 2;
const EPOCHS = 3;

/** What training_run.py prints, and where the script left its model. */
interface TrainingMeasurement {
  readonly imagesPerSecond: number;
  readonly peakBytes: number;
  readonly precision: string;
  readonly modelDirectory: string;
}

/** The comparisons, and the unpacked artifact of the model that was trained for them. */
export interface TrainingComparison {
  readonly comparisons: readonly Comparison[];
  readonly modelDirectory: string;
}

/** The training script with its own defaults, against a plain float32 `model.fit` of the same model on arrays. */
export async function compareTraining(run: BenchRun): Promise<TrainingComparison> {
  const { script, plain } = await measureInterleaved(
    { script: () => train(run, 'script'), plain: () => train(run, 'plain') },
    REPETITIONS,
  );
  const speed = [script, plain].map((runs) => median(runs.map((each) => each.imagesPerSecond)));
  const memory = [script, plain].map((runs) => median(runs.map((each) => each.peakBytes)));
  const [fast, slow] = speed as [number, number];
  const [ours, theirs] = memory as [number, number];
  const { precision, modelDirectory } = script.at(-1)!;
  const hasBfloat16 = precision === 'bfloat16';
  return {
    comparisons: [
      {
        what: 'training, images/s of the script against a plain float32 model.fit',
        ratio: fast / slow,
        aim: hasBfloat16 ? { atLeast: 1.5 } : undefined,
        detail:
          `${digits(fast)} images/s in ${precision} against ${digits(slow)} images/s` +
          (hasBfloat16 ? '' : '; this processor has no bfloat16, so there is no aim'),
      },
      {
        what: 'training, peak memory of the script against a plain float32 model.fit',
        ratio: ours / theirs,
        detail: `${digits(ours / 2 ** 20)} MiB against ${digits(theirs / 2 ** 20)} MiB`,
      },
    ],
    modelDirectory,
  };
}

async function train(run: BenchRun, kind: 'script' | 'plain'): Promise<TrainingMeasurement> {
  run.terminal.progress(`training: ${kind === 'script' ? 'the script' : 'a plain model.fit'}`);
  const output = await mkdtemp(join(run.scratch, `${kind}-`));
  const script = join(run.root, 'training', 'unet_from_scratch.py');
  const { stdout } = await measureCommand(
    run,
    [run.python, join(__dirname, 'training_run.py'), kind, script, String(EPOCHS), output],
    output,
    { TF_CPP_MIN_LOG_LEVEL: '2' },
  );
  const printed = JSON.parse(stdout.trim().split('\n').at(-1)!) as Omit<
    TrainingMeasurement,
    'modelDirectory'
  >;
  return { ...printed, modelDirectory: join(output, 'model') };
}
