import { WatchState } from '../../../lib/commands/watch/watch-state';
import { clockText, statusText } from '../../../lib/commands/watch/watch-words';
import { after, CREATED, endedJob, trainingJob } from './training-jobs';

const line = (seconds: number, text: string, host = 'algo-1') => ({
  timestamp: after(seconds).getTime(),
  host,
  text,
});

function values(state: WatchState): Record<string, number[]> {
  return Object.fromEntries([...state.metrics].map(([name, all]) => [name, all.map(({ value }) => value)]));
}

test('reads every metric of every line, by the job’s own definitions', () => {
  const state = new WatchState(trainingJob());
  state.read([line(61, 'epoch 1 loss=0.5; accuracy=0.6;'), line(62, 'nothing'), line(63, 'loss=0.25;')]);
  state.read([line(64, 'loss=0.125; loss=0.0625;'), line(65, 'loss=many;')]);
  expect(values(state)).toEqual({ loss: [0.5, 0.25, 0.125, 0.0625], accuracy: [0.6] });
});

test('metrics and lines of several instances stand in the order of time, in whichever they are read', () => {
  const state = new WatchState(trainingJob());
  state.read([line(61, 'loss=1;'), line(63, 'loss=3;')]);
  state.read([line(62, 'loss=2;', 'algo-2'), line(64, 'loss=4;', 'algo-2')]);
  expect(values(state).loss).toEqual([1, 2, 3, 4]);
  expect(state.lastLines.map(({ host }) => host)).toEqual(['algo-1', 'algo-2', 'algo-1', 'algo-2']);
});

test('a final metric that no line showed is shown, and one that a line showed keeps its digits', () => {
  const state = new WatchState(trainingJob());
  state.read([line(61, 'loss=0.7;')]);
  state.describe(
    endedJob('Completed', {
      FinalMetricDataList: [
        { MetricName: 'loss', Value: 0.699999988079071, Timestamp: after(61) },
        { MetricName: 'accuracy', Value: 0.9, Timestamp: after(61) },
      ],
    }),
  );
  expect(values(state)).toEqual({ loss: [0.7], accuracy: [0.9] });
});

test('a definition that cannot be followed here is told, and the others are followed', () => {
  const state = new WatchState(
    trainingJob({
      AlgorithmSpecification: {
        TrainingInputMode: 'File',
        MetricDefinitions: [
          { Name: 'odd', Regex: '(?>a)' },
          { Name: 'loss', Regex: 'loss=(.*?);' },
        ],
      },
    }),
  );
  state.read([line(61, 'loss=1;')]);
  expect(state.problems).toEqual([expect.stringContaining('the metric odd is not collected here')]);
  expect(values(state)).toEqual({ loss: [1] });
});

test('no line can move the cursor or change the colours of the terminal', () => {
  const state = new WatchState(trainingJob());
  const shown = state.read([line(61, '\u001b[31mred\u001b[0m\ta\b\u0007 \u001b[2J'), line(62, '')]);
  expect(shown.map(({ text }) => text)).toEqual(['red    a\\u0007', '']);
  expect(state.lastLines.map(({ text }) => text)).toEqual(['red    a\\u0007']);
});

test('only the last lines are kept', () => {
  const state = new WatchState(trainingJob());
  state.read(Array.from({ length: 500 }, (_, at) => line(at, `line ${at}`)));
  expect(state.lastLines).toHaveLength(50);
  expect(state.lastLines.at(-1)?.text).toBe('line 499');
});

test('time passes until the job has ended', () => {
  expect(new WatchState(trainingJob()).elapsed(CREATED + 90_000)).toBe(90_000);
  expect(new WatchState(trainingJob()).elapsed(CREATED - 5)).toBe(0);
  expect(new WatchState(endedJob('Failed')).elapsed(CREATED + 1e9)).toBe(630_000);
});

test.each([
  [0, '0:00'],
  [65_999, '1:05'],
  [3_599_999, '59:59'],
  [3_600_000, '1:00:00'],
  [45_296_000, '12:34:56'],
])('%i milliseconds are %s', (milliseconds, expected) => {
  expect(clockText(milliseconds)).toBe(expected);
});

test.each([
  [trainingJob(), 'InProgress · Training'],
  [endedJob('Completed'), 'Completed'],
  [endedJob('Stopped', { SecondaryStatus: 'MaxRuntimeExceeded' }), 'Stopped · MaxRuntimeExceeded'],
])('a status says no more than it knows', (job, expected) => {
  expect(statusText(new WatchState(job))).toBe(expected);
});
