import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, Duration } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { Hosting } from '../../../lib/endpoint/hosting';
import { code, text } from '../../../lib/commands/review/document';
import { renderMarkdown } from '../../../lib/commands/review/markdown';
import { reviewDocument } from '../../../lib/commands/review/review';
import { SageMakerProject, type SageMakerProjectProps } from '../../../lib/project/sagemaker-project';
import { Framework } from '../../../lib/images/framework';
import { Channel } from '../../../lib/training/channel';
import type { AssemblyStack } from '../../../lib/assembly/cloud-assembly';
import type { TrainingProps } from '../../../lib/training/training-props';
import { ProjectDirectory } from '../../project-fixture';
import { answersOf, assemblyOf, reviewOf, sectionOf, TEST_PRICES } from './assemblies';

/*
 * What the expected documents say of money, by the prices of the test:
 * a run of 1 h:   0.25 + 30 GB × 0.146 / 730 h       = $0.256
 * notebook:       0.05 +  5 GB × 0.146 / 730 h       = $0.051/h
 * two alarms:     2 × 0.10 / 730 h                   = $0.00027/h
 * all at rest:    0.20 + 0.051 + 0.00027             = $0.25127/h, × 730 = $183.43/month
 * two larger:     2 × 0.40 instead of 0.20           = $0.85127/h, × 730 = $621.43/month: 438 more
 */

const directories: ProjectDirectory[] = [];
afterAll(() => {
  for (const directory of directories) {
    directory.remove();
  }
});

/** The files of a project; the same contents each time. */
function project(): ProjectDirectory {
  const directory = new ProjectDirectory();
  directories.push(directory);
  return directory;
}

const same = project();
const synthesized = assemblyOf(same.props());

/** The same project with something else in its training job. */
function retrained(changes: Partial<TrainingProps>, directory = same) {
  return assemblyOf(directory.props({ training: directory.training(changes) }));
}

function changed(changes: Partial<SageMakerProjectProps>) {
  return assemblyOf(same.props(changes));
}

/** What was written down by hand, or checked line by line. */
function expected(name: string): string {
  return readFileSync(join(__dirname, 'expected', `${name}.md`), 'utf8').trimEnd();
}

/** A job's identity is a hash of all that makes it; what it is matters to no reader. */
function withoutIdentities(markdown: string | undefined): string | undefined {
  return markdown?.replaceAll(/(unet-|Handle|Wait)[0-9a-f]{10}([0-9A-F]{8})?/g, '$1<identity>');
}

function widenPolicy(app: App): void {
  const job = app.node.findChild('unet-training').node.findChild('TrainingJob');
  const role = job.node.findChild('JobRole') as Role;
  role.addToPolicy(new PolicyStatement({ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::other/*'] }));
  role.addToPolicy(new PolicyStatement({ actions: ['s3:*'], resources: ['*'] }));
}

describe('the Markdown of a change', () => {
  test('that is none', () => {
    expect(reviewOf(synthesized, assemblyOf(project().props()))).toBeUndefined();
  });

  test('of a hyperparameter, with its resource diff', () => {
    const after = retrained({ hyperparameters: { epochs: 30, optimizer: 'adam', nesterov: true } });
    const compared = [text`Compared with ${code('0123abc')}, main.`];
    expect(withoutIdentities(reviewOf(synthesized, after, compared))).toBe(expected('hyperparameter'));
  });

  test('of the script', () => {
    const other = project();
    other.write('training/train.py', 'print("loss=0.5;")\n');
    expect(answersOf(reviewOf(synthesized, assemblyOf(other.props())))).toBe(expected('script'));
  });

  test('of the data', () => {
    const other = project();
    other.write('dataset/original/a.txt', 'another');
    for (const name of ['b', 'c', 'd']) {
      other.write(`dataset/original/${name}.txt`, name);
    }
    expect(answersOf(reviewOf(synthesized, assemblyOf(other.props())))).toBe(expected('data'));
  });

  test('of the instances that serve, with its resource diff', () => {
    const hosting = Hosting.realtime({ instanceType: 'ml.m5.2xlarge', initialInstanceCount: 2 });
    expect(reviewOf(synthesized, changed({ hosting }))).toBe(expected('instance-type'));
  });

  test('of instances to serverless', () => {
    const after = changed({ hosting: Hosting.serverless() });
    expect(answerTo('What is replaced or destroyed?', reviewOf(synthesized, after))).toContain(
      '**Another name**: the endpoint `unet` goes, and `unet-serverless` takes its place',
    );
    expect(answersOf(reviewOf(synthesized, after))).toBe(expected('serverless'));
  });

  test('that takes the idle timeout away', () => {
    const before = changed({
      hosting: Hosting.realtime({ instanceType: 'ml.m5.xlarge', idleTimeout: Duration.hours(2) }),
    });
    expect(answersOf(reviewOf(before, synthesized))).toBe(expected('idle-timeout-removed'));
  });

  test('that widens a policy', () => {
    const after = assemblyOf(same.props(), widenPolicy);
    expect(answersOf(reviewOf(synthesized, after))).toBe(expected('wider-policy'));
  });

  test('that takes a stack away', () => {
    expect(answersOf(reviewOf(synthesized, changed({ hosting: undefined })))).toBe(expected('stack-removed'));
  });

  test('that no longer keeps data', () => {
    const before = changed({ retainData: true });
    expect(answersOf(reviewOf(before, synthesized))).toBe(expected('retention-removed'));
  });
});

/** The answer to one of the questions. */
function answerTo(question: string, markdown: string | undefined): string | undefined {
  return markdown && sectionOf(question, markdown);
}

describe('whether it retrains', () => {
  test.each<[string, Partial<TrainingProps>, string]>([
    [
      'the instance type',
      { instanceType: 'ml.m5.2xlarge' },
      '- `instanceType`: `ml.m5.xlarge` → `ml.m5.2xlarge`',
    ],
    ['the longest run', { maxRuntime: Duration.minutes(90) }, '- `maxRuntime`: `1 h` → `1 h 30 min`'],
    [
      'text',
      { hyperparameters: { epochs: 20, optimizer: 'sgd_2', nesterov: true } },
      '- `hyperparameters.optimizer`: `adam` → `sgd_2`',
    ],
    [
      'a hyperparameter that goes',
      { hyperparameters: { epochs: 20, optimizer: 'adam' } },
      '- `hyperparameters.nesterov`: `true` → none',
    ],
    ['a variable', { environment: { SEED: '7' } }, '- `environment.SEED`: none → `7`'],
    [
      'a metric',
      { metricDefinitions: [{ name: 'validation:accuracy', regex: 'accuracy=([0-9.]+)' }] },
      '- `metricDefinitions.validation:accuracy`: `validation:accuracy=([0-9.]+);` → `accuracy=([0-9.]+)`',
    ],
    [
      'where the data is',
      { channels: { training: Channel.fromS3('s3://pictures/pets/', { version: '2' }) } },
      '- `channels.training`: `an uploaded directory` → `s3://pictures/pets/`\n- `channels.training.version`: none → `2`',
    ],
  ])('names %s', (_, changes, line) => {
    const answer = answerTo('Does it retrain?', reviewOf(synthesized, retrained(changes)))!;
    expect(answer).toContain('**Yes**');
    expect(answer).toContain(`\n${line}\n`);
  });

  test('names spot, and with it the checkpoints', () => {
    const answer = answerTo('Does it retrain?', reviewOf(synthesized, retrained({ spot: true })))!;
    expect(answer).toContain('- `maxWait`: none → `2 h`');
    expect(answer).toContain('- `spot`: none → `true`');
    expect(answer).toContain('- `checkpoints`: none → `/opt/ml/checkpoints`');
    expect(answer).toContain(
      'A run costs **at most $0.256**: 1 × ml.m5.xlarge for at most 1 h, on spot instances and so usually less.',
    );
  });

  test('names a budget, and says what it comes to by the prices of the region', () => {
    const answer = answerTo(
      'Does it retrain?',
      reviewOf(retrained({ budget: 1 }), retrained({ budget: 0.5 })),
    )!;
    expect(answer).toContain('\n- `budget`: `$1` → `$0.50`\n');
    // By the table of this repository, 0.2358 an hour with the volume: 15270 s and 7635 s. The test's prices have it cost 0.256 an hour.
    expect(answer).toContain('\n- `maxRuntime`: `4 h 14 min 30 s` → `2 h 7 min 15 s`\n');
    expect(answer).toContain('A run costs **at most $0.543**: 1 × ml.m5.xlarge for at most 2 h 7 min 15 s.');
  });

  test('says which images get no security patches any more, and what to move to', () => {
    const after = retrained({ framework: Framework.sklearn() });
    expect(reviewOf(synthesized, after, [], '2027-07-17')).toContain(
      "**No security patches** since 2027-07-16 for `sagemaker-scikit-learn:1.9-0-cpu-py3`: no scikit-learn image of AWS's is patched any more.",
    );
    expect(reviewOf(synthesized, after, [], '2027-07-16')).not.toContain('No security patches');
  });

  test('says that a budget in a region without prices has no time that is known', () => {
    const pricing = { region: 'eu-west-1', prices: TEST_PRICES };
    const document = reviewDocument({
      before: synthesized,
      after: retrained({ budget: 1 }),
      pricing,
      remarks: [],
      today: '2026-01-01',
    });
    expect(answerTo('Does it retrain?', renderMarkdown(document!))).toContain(
      '**What a run costs is unknown**: instances: the price table has no region eu-west-1; ' +
        'npm run prices -- --region eu-west-1 asks AWS for it; longest run: not known for eu-west-1',
    );
  });

  test('says that a raised gate is checked, and that a lowered one is not', () => {
    const gate = (least: number) =>
      answerTo(
        'Does it retrain?',
        reviewOf(synthesized, retrained({ minimumMetrics: { 'validation:accuracy': least } })),
      )!;
    expect(gate(0.8)).toBe(
      '**No**: nothing that makes the job of `unet-training` changes.\n\n' +
        '- `minimumMetrics.validation:accuracy`: `0.75` → `0.8`. The gate alone never trains: the deploy checks it ' +
        'against the metrics of the last run, and fails if they fall short.',
    );
    expect(gate(0.7)).toMatch(
      /: `0.75` → `0.7`. The gate alone never trains: a model that it refused lies in the bucket, and is checked against this one.$/,
    );
  });

  test('says that it cannot know what a run costs, and why', () => {
    const answer = answerTo(
      'Does it retrain?',
      reviewOf(synthesized, retrained({ instanceType: 'ml.p3.2xlarge' })),
    )!;
    expect(answer).toContain(
      '**What a run costs is unknown**: instances: no training price of ml.p3.2xlarge in us-east-1',
    );
    expect(answer).not.toContain('$');
  });

  test('names the files that are others than those that are deployed, and none that are the same', () => {
    const deployed = synthesized.map((stack) => ({ ...stack, assets: new Map<string, string>() }));
    const other = project();
    other.write('dataset/original/a.txt', 'another');
    const answer = (after: readonly AssemblyStack[]) =>
      answerTo('Does it retrain?', reviewOf(deployed, after));
    expect(answer(assemblyOf(other.props()))).toMatch(
      /again\.\n\n- dataset `training`: other files than those of the last deploy\n\n/,
    );
    expect(answer(retrained({ hyperparameters: { epochs: 30 } }))).not.toContain('other files');
  });

  test('says that a job goes', () => {
    const answer = answerTo(
      'Does it retrain?',
      reviewOf(synthesized, changed({ training: undefined, hosting: undefined })),
    );
    expect(answer).toContain('**No**: the training job of `unet-training` is no longer declared.');
  });
});

test('the model of a project is served by its own endpoint, not by that of a longer name', () => {
  const withLarge = (epochs: number) =>
    assemblyOf({ training: same.training({ hyperparameters: { epochs } }) }, (app) => {
      new SageMakerProject(app, 'unet-large', same.props());
    });
  const review = reviewOf(withLarge(20), withLarge(30));
  const answer = answerTo('Does it retrain?', review)!;
  expect(answer).toContain('**Yes**: the job of `unet-training` trains again.');
  expect(answer).toContain('**No**: nothing that makes the job of `unet-large-training` changes.');
  expect(answer).not.toContain('endpoint');
  expect(answerTo('What is replaced', review)).not.toContain('As usual after a training');
});

test('a notebook that nothing stops any more is told', () => {
  const before = changed({ notebook: { instanceType: 'ml.t3.medium', idleTimeout: Duration.hours(1) } });
  expect(answerTo('What does it cost?', reviewOf(before, synthesized))).toContain(
    '**Nothing stops it any more**: `unet-workspace/Notebook` no longer ends when it is idle, and costs $0.051/h ($37.23/month) until a person ends it.',
  );
});

test('data that is lost comes before all else', () => {
  const answer = answerTo('What is replaced', reviewOf(synthesized, changed({ notebook: undefined })))!;
  const lines = answer.split('\n').filter((line) => line.startsWith('- '));
  expect(lines[0]).toBe(
    '- **Data loss**: `unet-workspace/Notebook` is deleted, and the files on its volume are lost',
  );
  expect(lines.filter((line) => line.includes('Data loss'))).toHaveLength(1);
});

test('the first deploy is all new, and replaces nothing', () => {
  const markdown = reviewOf([], synthesized, [text`It has no cdk.json, so everything is new.`]);
  expect(markdown).toMatch(
    /^## .*\n\n\*\*Trains, at most \$0\.256 · \+\$183\/month · \d+ permissions more\*\*\n\nIt has no cdk\.json, so everything is new\.\n\n/,
  );
  expect(answerTo('Does it retrain?', markdown)).toBe(
    '**Yes**: the training job of `unet-training` is new.\n\n' +
      'A run costs **at most $0.256**: 1 × ml.m5.xlarge for at most 1 h.\n\n' +
      'The endpoint `unet` starts to serve once the model has trained and passed its gate (`validation:accuracy` ≥ 0.75).',
  );
  expect(answerTo('What does it cost?', markdown)).toContain(
    '**$183/month more** at rest: $0/h ($0/month) → $0.251/h ($183/month), and what is unknown.',
  );
  expect(answerTo('What is replaced', markdown)).toBe('**Nothing** that holds data or answers requests.');
});

test('the same change makes the same document', () => {
  const after = () => retrained({ hyperparameters: { epochs: 30 } }, project());
  expect(reviewOf(synthesized, after())).toBe(reviewOf(assemblyOf(project().props()), after()));
});

test('no document names a directory of this machine', () => {
  const markdown = reviewOf([], synthesized)!;
  expect(markdown).not.toContain(same.path);
  expect(markdown).not.toMatch(/cdk\.out|\/tmp\//);
});
