import { PATH_METADATA_ENABLE_CONTEXT } from 'aws-cdk-lib/cx-api';
import { code, list, paragraph, type Section, strong, text } from '../../../lib/commands/review/document';
import { renderMarkdown } from '../../../lib/commands/review/markdown';
import { reviewDocument } from '../../../lib/commands/review/review';
import { SageMakerProject, type SageMakerProjectProps } from '../../../lib/project/sagemaker-project';
import { type AssemblyStack, readCloudAssembly } from '../../../lib/assembly/cloud-assembly';
import { ProjectDirectory, testApp } from '../../project-fixture';
import { sectionOf, TEST_PRICES } from './assemblies';

const MOST = 60_000;
const directory = new ProjectDirectory();
afterAll(() => directory.remove());

function tenProjects(changes: Partial<SageMakerProjectProps> = {}): AssemblyStack[] {
  const app = testApp();
  app.node.setContext(PATH_METADATA_ENABLE_CONTEXT, true);
  for (let index = 0; index < 10; index += 1) {
    new SageMakerProject(app, `pets-${index}`, directory.props(changes));
  }
  return readCloudAssembly(app.synth().directory);
}

/** The part of a review that answers a question. */
function answerTo(question: string, markdown: string): string {
  return sectionOf(question, markdown)!;
}

/** How many lines a part of a review says to have left out. */
function leftOut(markdown: string): number {
  return [...markdown.matchAll(/^… (\d+) more lines?/gm)].reduce((sum, [, lines]) => sum + Number(lines), 0);
}

function occurrences(pattern: RegExp, markdown: string): number {
  return [...markdown.matchAll(pattern)].length;
}

/** A document of sections, as Markdown. */
function rendered(...sections: Section[]): string {
  return renderMarkdown({ title: 'Title', blocks: [paragraph(['Compared with something.'])], sections });
}

const lines = (count: number, words: string) =>
  list(Array.from({ length: count }, (_, index) => text`${words} ${String(index)} ${'x'.repeat(80)}`));

test('a review of ten projects fits into a comment, tells all that is destroyed, and counts what it leaves out', () => {
  const document = reviewDocument({
    before: tenProjects(),
    after: tenProjects({ hosting: undefined, notebook: undefined }),
    pricing: { region: 'us-east-1', prices: TEST_PRICES },
    remarks: [],
    today: '2026-01-01',
  })!;
  const markdown = renderMarkdown(document);
  expect(markdown.length).toBeLessThanOrEqual(MOST);
  expect(markdown.length).toBeGreaterThan(MOST - 1000);

  const destroyed = answerTo('What is replaced', markdown);
  for (let index = 0; index < 10; index += 1) {
    const once = [
      `- **Data loss**: \`pets-${index}-workspace/Notebook\` is deleted`,
      `- \`pets-${index}-workspace/EndpointLogs/realtime\` is deleted`,
      `- **Outage**: \`pets-${index}-endpoint/Endpoint\` is deleted`,
      `The stack \`pets-${index}-endpoint\` is no longer declared.`,
    ];
    expect(once.map((line) => destroyed.split(line).length - 1)).toEqual([1, 1, 1, 1]);
  }
  expect(leftOut(destroyed)).toBe(0);

  const { blocks } = document.sections.at(-1)!;
  const all = blocks.flatMap((block) => (block.kind === 'listing' ? block.lines : []));
  const diff = answerTo('The resource diff', markdown);
  const shown = [...diff.matchAll(/^```diff\n([^]*?)\n```$/gm)].flatMap(([, listing]) =>
    listing!.split('\n').filter((line) => !line.startsWith('… ')),
  );
  expect(shown.length).toBeLessThan(all.length);
  expect(shown.length + leftOut(diff)).toBe(all.length);
}, 60_000);

test('the gravest section gets room first, and each of the others for its first lines', () => {
  const section = (title: string, gravity: number, words: string) => ({
    title,
    answers: [],
    gravity,
    blocks: [paragraph([`${title}, most grave first:`]), ...lines(900, words)],
  });
  const markdown = rendered(
    section('Diff', 0, 'differs'),
    section('Cost', 1, 'costs'),
    section('Destroyed', 2, 'is lost'),
  );
  expect(markdown.length).toBeLessThanOrEqual(MOST);
  expect(markdown.length).toBeGreaterThan(MOST - 1000);
  const told = (title: string, words: string) => {
    const answer = answerTo(title, markdown);
    const count = occurrences(new RegExp(`^- ${words}`, 'gm'), answer);
    expect(answer).toMatch(new RegExp(`^${title}, most grave first:\n\n- ${words} 0 `));
    expect(leftOut(answer)).toBe(900 - count);
    return count;
  };
  const [destroyed, costs, diff] = [
    told('Destroyed', 'is lost'),
    told('Cost', 'costs'),
    told('Diff', 'differs'),
  ];
  expect(destroyed).toBeGreaterThan(500);
  expect(costs).toBeGreaterThan(20);
  expect(diff).toBeGreaterThan(20);
});

test('what a grave section does not need is left for the others', () => {
  const blocks = [{ kind: 'listing' as const, title: 'stack', lines: Array(600).fill('x'.repeat(90)) }];
  const markdown = rendered(
    { title: 'Destroyed', answers: [], gravity: 1, blocks: [paragraph(['Nothing.'])] },
    { title: 'Diff', answers: [], gravity: 0, blocks },
  );
  expect(leftOut(markdown)).toBe(0);
});

test('a list is never shown without the words that say what it is of', () => {
  const blocks = [paragraph(['Taken away:', 'y'.repeat(MOST)]), ...lines(3, 'may')];
  const markdown = rendered({ title: 'Access', answers: [], gravity: 1, blocks });
  expect(markdown).toContain('\n\nCompared with something.\n\n');
  expect(answerTo('Access', markdown)).toBe(
    '… 4 more lines for which a comment has no room: `npm run review`',
  );
});

test('rows of a table are left out one by one', () => {
  const rows = Array.from({ length: 2000 }, (_, index) => [[code(`row-${index}`)], ['x'.repeat(40)]]);
  const markdown = rendered({
    title: 'Cost',
    answers: [],
    gravity: 1,
    blocks: [{ kind: 'table', header: ['What', 'Cost'], rows }],
  });
  expect(markdown.length).toBeLessThanOrEqual(MOST);
  expect(markdown).toContain('| What | Cost |\n| --- | --- |\n| `row-0` |');
  expect(leftOut(markdown)).toBe(2000 - occurrences(/^\| `row-/gm, markdown));
});

test.each(['@', '<!--', '`', '\u0007', '|', '*'])(
  'a review full of %j fits as it is posted',
  (characters) => {
    const hostile = characters.repeat(3000);
    const markdown = rendered({
      title: 'Section',
      answers: [],
      gravity: 0,
      blocks: [
        ...list(Array.from({ length: 10 }, () => [code(hostile), hostile])),
        paragraph([strong(hostile.repeat(20))]),
        { kind: 'listing', title: 'stack', lines: Array.from({ length: 40 }, () => hostile) },
      ],
    });
    // As the workflow does.
    const posted = markdown.replaceAll('@', '@\u200b').replaceAll('<!--', '&lt;!--');
    expect(posted.length).toBeLessThanOrEqual(MOST);
    expect(leftOut(markdown)).toBeGreaterThan(0);
  },
);
