import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../../..');

let house: string;

beforeEach(() => {
  house = mkdtempSync(join(tmpdir(), 'layers-'));
  writeFileSync(join(house, 'tsconfig.json'), '{}');
});

afterEach(() => rmSync(house, { recursive: true, force: true }));

/** What the project's own rules say of a house with these arrows: `rule from to`, sorted. */
function violations(arrows: readonly (readonly [from: string, to: string])[]): string[] {
  const imports = new Map<string, string[]>();
  for (const [from, to] of arrows) {
    imports.set(from, [...(imports.get(from) ?? []), to]);
    imports.set(to, imports.get(to) ?? []);
  }
  for (const [file, imported] of imports) {
    mkdirSync(dirname(join(house, file)), { recursive: true });
    const lines = imported.map((other) => {
      const path = relative(dirname(file), other).replace(/\.ts$/, '');
      return `import type { x } from '${path.startsWith('.') ? path : `./${path}`}';\n`;
    });
    writeFileSync(join(house, file), `${lines.join('')}export type x = 1;\n`);
  }
  const { stdout } = spawnSync(
    process.execPath,
    [
      join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
      '--config',
      join(ROOT, '.dependency-cruiser.cjs'),
      '--output-type',
      'json',
      ...new Set([...imports.keys()].map((file) => file.split('/')[0]!)),
    ],
    { cwd: house, encoding: 'utf8' },
  );
  const { summary } = JSON.parse(stdout) as {
    summary: { violations: { rule: { name: string }; from: string; to: string }[] };
  };
  return summary.violations.map(({ rule, from, to }) => `${rule.name} ${from} ${to}`).toSorted();
}

test('arrows down the floors, on one floor, and from the rehearsal to local to invoke are right', () => {
  expect(
    violations([
      ['bin/app.ts', 'lib/project/sagemaker-project.ts'],
      ['bin/start.ts', 'lib/commands/rehearsal/start-command.ts'],
      ['lib/commands/rehearsal/start-command.ts', 'lib/commands/local/local-run.ts'],
      ['lib/commands/local/local-run.ts', 'lib/commands/invoke/predict-files.ts'],
      ['lib/commands/local/local-run.ts', 'lib/commands/local/report.ts'],
      ['lib/commands/invoke/predict-files.ts', 'lib/training/channel.ts'],
      ['lib/workspace/datasets.ts', 'lib/training/channel.ts'],
      ['lib/training/channel.ts', 'lib/names.ts'],
    ]),
  ).toEqual([]);
});

test('fails for arrows that climb, circles, commands that import another, and folders on no floor', () => {
  const wrong = [
    ['lib/training/channel.ts', 'lib/commands/local/local-run.ts', 'climbs'],
    ['lib/aws/retry.ts', 'lib/cost/prices.ts', 'climbs'],
    ['lib/project/sagemaker-project.ts', 'lib/assembly/synthesize.ts', 'climbs'],
    ['lib/commands/invoke/predict-files.ts', 'lib/commands/local/report.ts', 'another-command'],
    ['lib/commands/local/local-run.ts', 'lib/commands/rehearsal/rehearsal.ts', 'another-command'],
    ['lib/commands/review/review.ts', 'lib/commands/watch/block.ts', 'another-command'],
    ['bin/app.ts', 'lib/console/terminal.ts', 'deployed-needs-a-command'],
    ['lib/names.ts', 'lib/names-of-others.ts', 'names-import-something'],
    ['lib/cost/prices.ts', 'lib/utils/money.ts', 'on-no-floor'],
    // Told once, from one of its ends.
    ['lib/endpoint/endpoint.ts', 'lib/endpoint/hosting.ts', 'circle-of-files'],
    ['lib/endpoint/hosting.ts', 'lib/endpoint/endpoint.ts', undefined],
    ['lib/images/framework.ts', 'lib/aws/problems.ts', undefined],
    ['lib/aws/permissions.ts', 'lib/images/container.ts', undefined],
  ] as const;
  const found = violations(wrong.map(([from, to]) => [from, to]));
  expect(found.filter((line) => !line.startsWith('circle-of-folders'))).toEqual(
    [
      ...wrong.flatMap(([from, to, rule]) => (rule ? [`${rule} ${from} ${to}`] : [])),
      'on-no-floor lib/names.ts lib/names-of-others.ts',
    ].toSorted(),
  );
  expect(found).toContain('circle-of-folders lib/aws lib/images');
});
