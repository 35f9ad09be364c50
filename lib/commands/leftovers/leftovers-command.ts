// `npm run leftovers`: what still exists of a project in an account, what it costs and what removes it. A look (look.ts) asks
// one finder a kind of resource (finders/); it reads only.

import type { Leftover } from './leftover';
import type { Sight } from './look';
import { leastPolicy } from './permissions';
import { renderReport, totalOf } from './report';
import type { DeclaredProject } from '../../assembly/declared-projects';
import { CommandLine } from '../../console/command-line';
import { regionProblems } from '../../console/region';
import type { Command, CommandContext } from '../../console/main';
import { UserError } from '../../console/user-error';

/** What stays on purpose. */
const NOTE =
  "Not listed: the CDK's bootstrap stack CDKToolkit and the assets in its bucket, which serve all apps of the account; records of training jobs that have ended, which are free.";

/** A project to look for, and the stacks that the app declares for it. */
export type ProjectToFind = Pick<DeclaredProject, 'name' | 'stackNames'>;

/** What the command takes from its surroundings. */
export interface LeftoversCommandProps {
  /** Finds the projects of the app. */
  declaredProjects(signal: AbortSignal): Promise<readonly ProjectToFind[]>;
  readonly environment: NodeJS.ProcessEnv;
}

/** The line of `npm run leftovers`. */
export const leftoversLine = new CommandLine({
  name: 'npm run leftovers',
  words: { usage: '[NAME]', description: 'the project (default: those of bin/app.ts)' },
  summary: `Lists what still exists of a project in an AWS account, by tag, by name and by stack: what it costs per hour and what
removes it. Reads only. Needs AWS credentials in the environment, as for the AWS CLI.`,
  options: {
    project: { type: 'string', value: 'NAME', description: 'the project, as other commands take it' },
    region: {
      type: 'string',
      multiple: true,
      value: 'REGION',
      description: "a region to look in, again for more (default: the environment's)",
    },
    json: { type: 'boolean', description: 'the result as JSON' },
  },
  exitCodes:
    'Exits with 0 if nothing is left, 1 if something is, 2 if it could not look everywhere: it then says at what.',
  examples: [
    'npm run leftovers',
    'npm run leftovers -- unet --region eu-west-1 --region us-east-1',
    'npm run --silent leftovers -- --json > leftovers.json',
  ],
  notes: `The least policy that it needs:\n${leastPolicy()}`,
  read: ({ project: named, region, json }, words, problems) => {
    const names = [...new Set([...words, ...(named === undefined ? [] : [named])])];
    const [project] = names;
    if (names.length > 1) {
      problems.push(`one NAME at a time, not ${names.length}: ${names.join(', ')}`);
    }
    if (project !== undefined && !/^[a-zA-Z](-*[a-zA-Z0-9])*$/.test(project)) {
      problems.push(
        `not the name of a project: '${project}'; letters, digits and inner dashes, a letter first`,
      );
    }
    problems.push(...regionProblems(region));
    return { project, regions: [...new Set(region)], json };
  },
});

/** What the command was asked to do. */
type LeftoversArguments = Exclude<ReturnType<typeof leftoversLine.parse>, 'help'>;

/** `npm run leftovers`. */
export function leftoversCommand(props: LeftoversCommandProps): Command {
  return leftoversLine.command(async (options, context) => {
    try {
      return await lookFor(options, props, context);
    } catch (error) {
      context.signal.throwIfAborted();
      context.terminal.clearProgress();
      // Whatever went wrong, it did not look: 1 would say that something is left.
      context.terminal.info(
        error instanceof UserError ? error.message : ((error as Error).stack ?? String(error)),
      );
      return 2;
    }
  });
}

async function lookFor(
  options: LeftoversArguments,
  props: LeftoversCommandProps,
  { terminal, signal }: CommandContext,
): Promise<number> {
  const projects = await choose(options.project, props, (text) => terminal.info(text), signal);
  // The clients of sixteen services take a moment to load: not for --help, nor for any other command.
  const [{ look }, { environmentRegion }] = await Promise.all([
    import('./look'),
    import('./environment-region'),
  ]);
  const regions = options.regions.length > 0 ? options.regions : [await environmentRegion(props.environment)];
  const leftovers: (Leftover & { project: string })[] = [];
  const blindSpots: Sight['blindSpots'][number][] = [];
  for (const { name: project, stackNames: declaredStacks } of projects) {
    const sight = await look({
      project,
      regions,
      declaredStacks,
      signal,
      progress: (text) => terminal.progress(text),
    });
    leftovers.push(...sight.leftovers.map((leftover) => ({ project, ...leftover })));
    blindSpots.push(...sight.blindSpots);
  }
  terminal.clearProgress();
  const names = projects.map(({ name }) => name);
  terminal.info(`looked for ${names.join(', ')} in ${regions.join(', ')}`);
  blindSpots.forEach(({ region, what, why }) =>
    terminal.info(`could not look at ${what} (${region}): ${why}`),
  );
  for (const { name, region, cost } of leftovers) {
    cost.unknown.forEach((reason) => terminal.info(`unknown cost of ${name} (${region}): ${reason}`));
  }
  terminal.info(NOTE);
  const total = totalOf(leftovers);
  terminal.result(
    options.json
      ? JSON.stringify(
          { projects: names, regions, leftovers, couldNotLookAt: blindSpots, total },
          undefined,
          2,
        )
      : renderReport({ leftovers, blindSpots }),
  );
  return blindSpots.length > 0 ? 2 : leftovers.length > 0 ? 1 : 0;
}

/** The projects to look for. An app that cannot be synthesized does not keep anybody from looking for a project by its name. */
async function choose(
  name: string | undefined,
  { declaredProjects }: LeftoversCommandProps,
  info: (text: string) => void,
  signal: AbortSignal,
): Promise<readonly ProjectToFind[]> {
  if (name === undefined) {
    const declared = await declaredProjects(signal);
    if (declared.length === 0) {
      throw new UserError('bin/app.ts declares no project: name one, as in npm run leftovers -- unet');
    }
    return declared;
  }
  try {
    const found = (await declaredProjects(signal)).find((project) => project.name === name);
    return [found ?? { name, stackNames: [] }];
  } catch (error) {
    signal.throwIfAborted();
    info(`looking for ${name} without the app: ${(error as Error).message}`);
    return [{ name, stackNames: [] }];
  }
}
