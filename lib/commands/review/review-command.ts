// `npm run review`: what a deploy of this working tree does that its base would not. Each part of the answer is a pure function
// of two syntheses (review.ts) and makes one section of a document, which is rendered for a terminal or for a pull request.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PRICES } from '../../cost/prices';
import { code, paragraph, type ReviewDocument, strong, type Text, text } from './document';
import { renderMarkdown } from './markdown';
import { renderPlainText } from './plain-text';
import { reviewDocument, type ReviewProps } from './review';
import type { AssemblyStack } from '../../assembly/cloud-assembly';
import { chooseProject, declaredProjects } from '../../assembly/declared-projects';
import { type BaseCheckout, type BaseCommit, findBase, withBaseCheckout } from './base-checkout';
import { CommandLine } from '../../console/command-line';
import { regionProblems } from '../../console/region';
import type { Command } from '../../console/main';
import type { Terminal } from '../../console/terminal';
import {
  assumedRegion,
  NO_FILES,
  SynthesisError,
  type SynthesizedApp,
  synthesizeApp,
} from '../../assembly/synthesize';
import { UserError } from '../../console/user-error';

/** The line of `npm run review`. */
const reviewLine = new CommandLine({
  name: 'npm run review',
  summary: `Says what a deploy of this working tree would do that its base does not: whether it retrains, what it costs,
who gains access, what is replaced or destroyed. Nothing is deployed, and no credentials are needed.`,
  options: {
    base: {
      type: 'string',
      value: 'REF',
      description: 'the commit to compare with (default: the merge base with the main branch)',
    },
    markdown: { type: 'boolean', description: "GitHub's Markdown instead of text" },
    project: {
      type: 'string',
      value: 'NAME',
      description: 'only this project of bin/app.ts (default: the whole app)',
    },
    region: {
      type: 'string',
      value: 'REGION',
      description: 'the region whose prices hold (default: AWS_REGION, AWS_DEFAULT_REGION, us-east-1)',
    },
  },
  examples: [
    'npm run review',
    'npm run review -- --base HEAD~1',
    'npm run --silent review -- --markdown > review.md',
  ],
  read: ({ base, markdown, project, region }, _words, problems) => {
    problems.push(...regionProblems(region ? [region] : []));
    return { base, markdown, region, projectName: project };
  },
});

/** `npm run review` for the project in a directory. */
export function createReviewCommand(root: string): Command {
  return reviewLine.command(async (options, { terminal, signal }) => {
    const { base: reference, markdown, projectName, region = assumedRegion() } = options;
    if (!existsSync(join(root, 'cdk.json'))) {
      throw new UserError(`there is no cdk.json in ${root}: run this in the project's directory`);
    }
    const commit = await findBase(root, reference);
    const failure = new AbortController();
    const either = AbortSignal.any([signal, failure.signal]);
    terminal.progress(`synthesizing the working tree and ${commit.description}`);
    const document = await withBaseCheckout(root, commit.hash, async (checkout) => {
      signal.throwIfAborted();
      const head = synthesizeApp(root, join(checkout.scratch, 'head'), either, NO_FILES);
      head.catch(() => failure.abort());
      const base = readBase(checkout, commit, either, terminal);
      // Both have ended before anything is removed that they read or write.
      await Promise.allSettled([head, base]);
      signal.throwIfAborted();
      const { stacks } = await head;
      const { stacks: before, remarks } = await base;
      // What the datasets and the source hold is read from the assemblies.
      return reviewDocument({
        ...ofProject(projectName, before, stacks),
        pricing: { region, prices: PRICES },
        remarks,
        today: new Date().toISOString().slice(0, 10),
      });
    }).catch((error: unknown) => {
      if (markdown && error instanceof SynthesisError) {
        terminal.result(renderMarkdown(failedDocument(error)));
      }
      throw error;
    });
    terminal.result(
      document === undefined
        ? `Nothing changes: what is deployed is the same as at ${shortHash(commit)} (${commit.description}).`
        : markdown
          ? renderMarkdown(document)
          : renderPlainText(document),
    );
    return 0;
  });
}

/** What a pull request is told in place of a review, so that no former one stands there as if it were of this change. */
function failedDocument({ message }: SynthesisError): ReviewDocument {
  return {
    title: 'This change cannot be deployed',
    blocks: [
      paragraph(text`${strong('It does not synthesize')}, so nothing can be said of what it does.`),
      { kind: 'listing', title: 'The error', lines: message.split('\n') },
    ],
    sections: [],
  };
}

/** The stacks of a project that one side declares, or both; all where no project is named. */
function ofProject(
  name: string | undefined,
  before: readonly AssemblyStack[],
  after: readonly AssemblyStack[],
): Pick<ReviewProps, 'before' | 'after'> {
  if (name === undefined) {
    return { before, after };
  }
  const find = (stacks: readonly AssemblyStack[]) =>
    declaredProjects(stacks).find((project) => project.name === name);
  const former = find(before);
  const next = former ? find(after) : chooseProject(declaredProjects(after), name);
  return { before: former?.stacks ?? [], after: next?.stacks ?? [] };
}

/** Synthesizes the base. One that cannot be is an empty one: the head's failure is the person's, the base's is history. */
async function readBase(
  { root, scratch, hasOwnPackages }: BaseCheckout,
  commit: BaseCommit,
  signal: AbortSignal,
  terminal: Terminal,
): Promise<Pick<SynthesizedApp, 'stacks'> & { readonly remarks: readonly Text[] }> {
  const name = commit.description === commit.hash ? '' : `, ${commit.description}`;
  const compared = text`Compared with ${code(shortHash(commit))}${name}.`;
  if (!existsSync(join(root, 'cdk.json'))) {
    return { stacks: [], remarks: [[...compared, ' It has no cdk.json, so everything is new.']] };
  }
  const packages = hasOwnPackages
    ? []
    : [text`Its package-lock.json is another: it was synthesized with the packages of the working tree.`];
  try {
    const { stacks } = await synthesizeApp(root, join(scratch, 'base'), signal, NO_FILES);
    return { stacks, remarks: [compared, ...packages] };
  } catch (error) {
    if (!(error instanceof SynthesisError)) {
      throw error;
    }
    terminal.info(`${commit.description}: ${error.message}`);
    return {
      stacks: [],
      remarks: [[...compared, ' It cannot be synthesized, so everything is told as new.'], ...packages],
    };
  }
}

function shortHash({ hash }: BaseCommit): string {
  return hash.slice(0, 7);
}
