import { adoptCommand } from '../../lib/commands/adopt/adopt-command';
import { benchCommand } from '../../lib/commands/bench/bench-command';
import { checkCommand, drillsCommand } from '../../lib/commands/check/check-command';
import { imagesCommand } from '../../lib/commands/images/images-command';
import { deployCommand } from '../../lib/commands/deploy/deploy-command';
import { invokeCommand } from '../../lib/commands/invoke/invoke-command';
import { leftoversCommand } from '../../lib/commands/leftovers/leftovers-command';
import { localCommand } from '../../lib/commands/local/local-command';
import { pricesCommand } from '../../lib/commands/prices/prices-command';
import { startCommand } from '../../lib/commands/rehearsal/start-command';
import { createReviewCommand } from '../../lib/commands/review/review-command';
import { watchCommand } from '../../lib/commands/watch/watch-command';
import type { Command } from '../../lib/console/main';
import { UsageError } from '../../lib/console/user-error';
import { RecordingTerminal } from '../console/recording-terminal';

/** What a command does before it has understood its line. */
const nothing = () => Promise.reject(new Error('the command began its work'));

/** Each command, and whether it reads a project. */
const COMMANDS: readonly (readonly [name: string, command: Command, takesProject: boolean])[] = [
  ['npm run invoke', invokeCommand(nothing), true],
  ['npm run watch', watchCommand(nothing), true],
  ['npm run adopt', adoptCommand('/nowhere'), true],
  ['npm run local', localCommand('/nowhere'), true],
  ['npm start', startCommand('/nowhere'), true],
  ['npm run review', createReviewCommand('/nowhere'), true],
  ['npm run leftovers', leftoversCommand({ declaredProjects: nothing, environment: {} }), true],
  ['npm run deploy', deployCommand('/nowhere', undefined), true],
  ['npm run prices', pricesCommand, false],
  ['npm run images', imagesCommand, false],
  ['npm run bench', benchCommand, false],
  ['npm test', checkCommand, false],
  ['npm run drills', drillsCommand, false],
];

async function run(command: Command, ...argv: string[]) {
  const terminal = new RecordingTerminal();
  const code = await command(argv, { terminal, signal: new AbortController().signal });
  return { code, terminal };
}

describe.each(COMMANDS)('%s', (name, command, takesProject) => {
  test.each(['--help', '-h'])('%s is a result, and all it does', async (option) => {
    const { code, terminal } = await run(command, option);
    expect(code).toBe(0);
    expect(terminal.infos).toEqual([]);
    expect(terminal.results).toHaveLength(1);
    const [usage] = terminal.results;
    expect(usage!.split('\n')[0]).toMatch(new RegExp(`^usage: ${name}( -- .+)?$`));
    expect(usage).toMatch(/\n {2}--help +this text\n/);
    expect(usage).toMatch(new RegExp(`\n\nexamples:\n {2}${name}`));
    expect(usage!.includes('--project NAME')).toBe(takesProject);
  });

  test.each([[['--bogus']], [['--bogus=1', 'word']], [['-x']]])(
    'fails for the line %j with its help',
    async (argv) => {
      const failure: unknown = await run(command, ...argv).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(UsageError);
      expect((failure as Error).message).toMatch(/^Unknown option '(--bogus|-x)'/);
      expect((failure as Error).message).toContain(`\n\nusage: ${name}`);
    },
  );

  if (takesProject) {
    test('fails for --project without a value', async () => {
      await expect(run(command, '--project=')).rejects.toThrow('--project has no value');
    });
  }
});

test.each([
  ['npm run review', createReviewCommand('/nowhere')],
  ['npm run prices', pricesCommand],
  ['npm run leftovers', leftoversCommand({ declaredProjects: nothing, environment: {} })],
])('%s refuses what is no region, in the same words', async (name, command) => {
  for (const region of ['mars', 'eu-west', '../../etc', 'EU-WEST-1']) {
    const failure: unknown = await run(command, '--region', region).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UsageError);
    expect((failure as Error).message).toMatch(
      `not the name of a region: '${region}'; expected one such as eu-west-1\n\nusage: ${name}`,
    );
  }
});

test('npm run deploy without a terminal to ask on wants a --yes', async () => {
  const failure: unknown = await run(deployCommand('/nowhere', undefined)).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(UsageError);
  expect((failure as Error).message).toContain('give --yes');
});
