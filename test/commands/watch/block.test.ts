import fc from 'fast-check';
import { block } from '../../../lib/commands/watch/block';
import { WatchState } from '../../../lib/commands/watch/watch-state';
import { after, CREATED, endedJob, trainingJob } from './training-jobs';

const context = { region: 'us-east-1', now: CREATED + 1830_000, size: { columns: 80, rows: 24 } };

function trained(epochs: number, job = trainingJob()): WatchState {
  const state = new WatchState(job);
  state.read(
    Array.from({ length: epochs }, (_, at) => ({
      timestamp: after(60 + at).getTime(),
      host: 'algo-1',
      text: `epoch ${at + 1}: loss=${8 - at}; accuracy=0.${at + 1};`,
    })),
  );
  return state;
}

test('shows status, time, cost, metrics with their history, and the log’s end', () => {
  const job = trainingJob({ ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 1 } });
  expect(block(trained(8, job), context)).toEqual([
    'unet-0123456789-01234567 · InProgress · Training · 30:30',
    '$0.115 so far, at most $0.46',
    'Training in progress.',
    '',
    'loss        1  █▇▆▅▄▃▂▁',
    'accuracy  0.8  ▁▂▃▄▅▆▇█',
    '',
    ...Array.from({ length: 8 }, (_, at) => `epoch ${at + 1}: loss=${8 - at}; accuracy=0.${at + 1};`),
  ]);
});

test('a wider terminal has it in fewer lines', () => {
  const [first] = block(trained(1), { ...context, size: { columns: 100, rows: 24 } });
  expect(first).toBe(
    'unet-0123456789-01234567 · InProgress · Training · 30:30 · $0.23 so far, at most $0.92',
  );
});

test('lines of several instances say whose they are', () => {
  expect(block(trained(1), context).at(-1)).toBe('algo-1 epoch 1: loss=8; accuracy=0.1;');
});

test('what keeps the watch from news stands with the status, in words that are whole', () => {
  const trouble = `the AWS credentials have expired (${'long words '.repeat(12)}): sign in again`;
  const lines = block(trained(1), { ...context, trouble });
  expect(lines.join(' ')).toContain(trouble);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(80);
});

test('a job that has ended shows what it cost, and no message of what it does', () => {
  const lines = block(new WatchState(endedJob('Completed')), context);
  expect(lines).toEqual(['unet-0123456789-01234567 · Completed · 10:30 · cost $0.0767']);
});

test('many metrics leave lines to the log, and say how many are not shown', () => {
  const names = Array.from({ length: 40 }, (_, at) => `metric-${at}`);
  const state = new WatchState(
    trainingJob({
      AlgorithmSpecification: {
        TrainingInputMode: 'File',
        MetricDefinitions: names.map((Name) => ({ Name, Regex: `${Name}=(\\d+);` })),
      },
    }),
  );
  const text = names.map((name, at) => `${name}=${at};`).join(' ');
  state.read([1, 2, 3, 4].map((at) => ({ timestamp: at, host: 'algo-1', text })));
  const lines = block(state, context);
  expect(lines).toHaveLength(23);
  expect(lines).toContain('and 26 more metrics');
  expect(lines.slice(-4)).toEqual(['', ...Array.from({ length: 3 }, () => `algo-1 ${text}`)]);
});

test('has never more lines than the terminal, and no bar beyond its width', () => {
  fc.assert(
    fc.property(
      fc.nat(100),
      fc.integer({ min: 2, max: 200 }),
      fc.integer({ min: 2, max: 60 }),
      fc.option(fc.lorem({ maxCount: 40 }), { nil: undefined }),
      (epochs, columns, rows, trouble) => {
        const lines = block(trained(epochs), { ...context, size: { columns, rows }, trouble });
        expect(lines.length).toBeLessThan(rows);
        for (const line of lines.filter((text) => /[▁▂▃▄▅▆▇█]/.test(text))) {
          expect(line.length).toBeLessThan(columns);
        }
      },
    ),
  );
});
