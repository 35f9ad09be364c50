import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { compare, type Comparison, measureInterleaved } from './comparison';
import { type BenchRun, measureCommand } from './measured-command';

const REPETITIONS = 2;
const EPOCHS = 3;

/** What training_run.py prints. */
interface TrainingMeasurement {
  readonly imagesPerSecond: number;
  readonly peakBytes: number;
  readonly precision: string;
}

/**
 * The training script with its own defaults, against a plain float32 `model.fit` of the same model on arrays.
 * @returns the unpacked artifact of the model that was trained for it too
 */
export async function compareTraining(
  run: BenchRun,
): Promise<{ readonly comparisons: readonly Comparison[]; readonly modelDirectory: string }> {
  let precision = '';
  let modelDirectory = '';
  const train = async (kind: 'script' | 'plain') => {
    const output = await mkdtemp(join(run.scratch, `${kind}-`));
    const { imagesPerSecond, peakBytes, ...rest } = await measureTraining(run, kind, output);
    if (kind === 'script') {
      ({ precision } = rest);
      modelDirectory = join(output, 'model');
    }
    return { imagesPerSecond, mebibytes: peakBytes / 2 ** 20 };
  };
  const { script, plain } = await measureInterleaved(
    { script: () => train('script'), plain: () => train('plain') },
    REPETITIONS,
  );
  // Without bfloat16 in the processor, the script computes as the other does.
  const aim = precision === 'bfloat16' ? { atLeast: 1.5 } : undefined;
  return {
    comparisons: [
      compare(
        `training, images/s of the script (${precision}) against a plain float32 model.fit`,
        script.imagesPerSecond,
        plain.imagesPerSecond,
        'images/s',
        aim,
      ),
      compare(
        'training, peak memory of the script against a plain float32 model.fit',
        script.mebibytes,
        plain.mebibytes,
        'MiB',
      ),
    ],
    modelDirectory,
  };
}

async function measureTraining(run: BenchRun, kind: string, output: string): Promise<TrainingMeasurement> {
  run.terminal.progress(`training: ${kind === 'script' ? 'the script' : 'a plain model.fit'}`);
  const script = join(run.root, 'training', 'unet_from_scratch.py');
  const command = [run.python, join(__dirname, 'training_run.py'), kind, script, String(EPOCHS), output];
  const { stdout } = await measureCommand(run, command, output, { TF_CPP_MIN_LOG_LEVEL: '2' });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as TrainingMeasurement;
}
