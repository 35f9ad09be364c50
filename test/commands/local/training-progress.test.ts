import { TrainingProgress } from '../../../lib/commands/local/training-progress';
import { RecordingTerminal } from '../../console/recording-terminal';

test('shows phase, time and epoch before the metrics, which a narrow terminal may cut', () => {
  const terminal = new RecordingTerminal();
  const progress = new TrainingProgress(terminal);
  progress.show({ type: 'status', secondaryStatus: 'Training', message: '' });
  progress.show({ type: 'log', line: 'epoch=3/20; train:loss=0.5123456;' });
  progress.show({ type: 'metric', name: 'train:loss', value: 0.5123456, timestamp: '2026-01-01T00:00:00Z' });
  expect(terminal.progresses.at(-1)).toMatch(/^Training · \d+:\d\d · epoch 3\/20 · train:loss 0\.5123$/);
});

test('keeps the last twenty lines of the log, for the job that fails', () => {
  const progress = new TrainingProgress(new RecordingTerminal());
  for (let line = 1; line <= 25; line++) {
    progress.show({ type: 'log', line: `line ${line}` });
  }
  expect(progress.lastLines).toHaveLength(20);
  expect(progress.lastLines.at(-1)).toBe('line 25');
});

test('tells at once what the machine does not do as SageMaker would, and keeps it out of the last lines', () => {
  const terminal = new RecordingTerminal();
  const progress = new TrainingProgress(terminal);
  progress.show({ type: 'log', line: '[here] the job uses MPI; here runs one process without it' });
  expect(terminal.infos).toEqual(['the job uses MPI; here runs one process without it']);
  expect(progress.lastLines).toEqual([]);
});
