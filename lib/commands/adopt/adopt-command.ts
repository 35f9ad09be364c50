// `npm run adopt`: reads a training script, and proposes what bin/app.ts should say of it. Python's `ast` reads the script
// (read_script.py), so nothing of it runs; what follows from that is decided in TypeScript.

import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { CommandLine, PROJECT_OPTION } from '../../console/command-line';
import type { Command } from '../../console/main';
import { UserError } from '../../console/user-error';
import { editApp } from './app-edit';
import { propose } from './proposal';

/** The line of `npm run adopt`. */
const adoptLine = new CommandLine({
  name: 'npm run adopt',
  summary:
    'Reads a training script and shows what bin/app.ts would say of it, and what will not work on SageMaker. It never runs the script.',
  words: { usage: 'SCRIPT', description: 'the training script, a .py file' },
  options: {
    ...PROJECT_OPTION,
    data: { type: 'string', value: 'DIR', description: "the script's data, or the folders of its channels" },
    write: { type: 'boolean', description: 'change bin/app.ts' },
    json: { type: 'boolean', description: 'the result as JSON' },
  },
  exitCodes:
    'exit code: 0 the script can run on SageMaker as far as one can read; 1 something has to change first, or no proposal is possible; 2 usage',
  examples: [
    'npm run adopt -- training/train.py --data training/data',
    'npm run adopt -- training/train.py --data training/data --write',
  ],
  read: ({ project, data, write, json }, [script, ...rest], problems) => {
    if (script === undefined) {
      problems.push('SCRIPT is missing');
    }
    if (rest.length > 0) {
      problems.push(`one script at a time: '${rest[0]}' is another`);
    }
    return { projectName: project, script: script ?? '', data, write, json };
  },
});

/** Proposes what bin/app.ts in `root` should say of a script. */
export function adoptCommand(root: string): Command {
  return adoptLine.command(async ({ projectName, script, data, write, json }, { terminal, signal }) => {
    checkPaths(script, data);
    const proposal = await propose(root, resolve(script), data && resolve(data), signal);
    const app = join(root, 'bin/app.ts');
    const before = readFileSync(app, 'utf8');
    const after = formatted(root, editApp(before, proposal, projectName));
    const patch = createTwoFilesPatch('a/bin/app.ts', 'b/bin/app.ts', before, after, undefined, undefined, {
      headerOptions: FILE_HEADERS_ONLY,
    });
    const diff = after === before ? '' : patch;
    if (write) {
      writeFileSync(app, after);
    }
    if (json) {
      terminal.result(JSON.stringify({ findings: proposal.findings, diff, written: write }, null, 2));
    } else {
      terminal.info(`read ${proposal.files.join(', ')}`);
      if (diff !== '') {
        terminal.result(diff.trimEnd());
      }
      for (const { file, line, fails, text } of proposal.findings) {
        terminal.info(`${file}:${line}: ${fails ? '' : 'note: '}${text}`);
      }
      terminal.info(
        diff === ''
          ? 'bin/app.ts says so already'
          : write
            ? 'bin/app.ts is changed: `npm run local` tries it'
            : 'nothing is written: --write changes bin/app.ts',
      );
    }
    return proposal.findings.some(({ fails }) => fails) ? 1 : 0;
  });
}

function checkPaths(script: string, data: string | undefined): void {
  if (!statSync(script, { throwIfNoEntry: false })?.isFile()) {
    throw new UserError(`no file '${script}'`);
  }
  if (script.endsWith('.ipynb')) {
    throw new UserError(
      `'${script}' is a notebook; jupyter nbconvert --to script '${script}' makes a script of it`,
    );
  }
  if (!script.endsWith('.py')) {
    throw new UserError(`'${script}' is no Python script: its name does not end with .py`);
  }
  if (data !== undefined && !statSync(data, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UserError(`--data: no directory '${data}'`);
  }
}

/** TypeScript as `npm run format` writes it. */
function formatted(root: string, text: string): string {
  const prettier = require.resolve('prettier/bin/prettier.cjs');
  const line = [prettier, '--stdin-filepath', join(root, 'bin/app.ts')];
  const { status, stdout, stderr } = spawnSync(process.execPath, line, {
    cwd: root,
    input: text,
    encoding: 'utf8',
  });
  if (status !== 0) {
    throw new UserError(`prettier failed: ${stderr.trim()}`);
  }
  return stdout;
}
