import { parseArgs } from 'node:util';
import type { Leftover } from './leftover';
import type { Sight } from './look';
import { leastPolicy } from './permissions';
import { renderReport, totalOf } from './report';
import type { Command, CommandContext } from '../../console/main';
import { UsageError, UserError } from '../../console/user-error';

const USAGE = `usage: npm run leftovers -- [NAME] [--region REGION]... [--json]

Lists what still exists of a project in an AWS account, by tag, by name and by stack: what it costs per hour and what
removes it. Reads only. Needs AWS credentials in the environment, as for the AWS CLI.

  NAME              the project (default: those of bin/app.ts)
  --region REGION   a region to look in, again for more (default: the environment's)
  --json            the result as JSON
  --help            this text

Exits with 0 if nothing is left, 1 if something is, 2 if it could not look everywhere: it then says at what.

examples:
  npm run leftovers
  npm run leftovers -- unet --region eu-west-1 --region us-east-1
  npm run --silent leftovers -- --json > leftovers.json

The least policy that it needs:
${leastPolicy()}`;

/** What stays on purpose. */
const NOTE =
  "Not listed: the CDK's bootstrap stack CDKToolkit and the assets in its bucket, which serve all apps of the account; records of training jobs that have ended, which are free.";

/** What `leftovers` was asked to do. */
export interface LeftoversArguments {
  readonly project: string | undefined;
  /** Empty for the environment's. */
  readonly regions: readonly string[];
  readonly json: boolean;
}

/** A project to look for. */
export interface ProjectToFind {
  readonly name: string;
  /** Of the stacks that the app declares for it. */
  readonly stackNames: readonly string[];
}

/** What the command takes from its surroundings. */
export interface LeftoversCommandProps {
  /** Finds the projects of the app. */
  declaredProjects(signal: AbortSignal): Promise<readonly ProjectToFind[]>;
  readonly environment: NodeJS.ProcessEnv;
}

/** Reads the command line. @throws UsageError */
export function parseLeftoversArguments(argv: string[]): LeftoversArguments | 'help' {
  const { values, positionals } = parsed(argv);
  if (values.help) {
    return 'help';
  }
  const problems: string[] = [];
  const [project, ...others] = positionals;
  if (others.length > 0) {
    problems.push(`one NAME at a time, not ${positionals.length}: ${positionals.join(', ')}`);
  }
  if (project !== undefined && !/^[a-zA-Z](-*[a-zA-Z0-9])*$/.test(project)) {
    problems.push(
      `not the name of a project: '${project}'; letters, digits and inner dashes, a letter first`,
    );
  }
  for (const region of values.region.filter((name) => !/^[a-z]{2}(-[a-z]+)+-\d$/.test(name))) {
    problems.push(`not the name of a region: '${region}'; expected one such as eu-west-1`);
  }
  if (problems.length > 0) {
    throw new UsageError(`${problems.join('\n')}\n\n${USAGE}`);
  }
  return { project, regions: [...new Set(values.region)], json: values.json };
}

/** `npm run leftovers`. */
export function leftoversCommand(props: LeftoversCommandProps): Command {
  return async (argv, context) => {
    const options = parseLeftoversArguments(argv);
    if (options === 'help') {
      context.terminal.result(USAGE);
      return 0;
    }
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
  };
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

function parsed(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        region: { type: 'string', multiple: true, default: [] },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${USAGE}`);
  }
}
