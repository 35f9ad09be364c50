// `npm run images`: makes lib/images/image-table.json from the SageMaker SDK's own tables, which PyPI has.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandLine } from '../../console/command-line';
import type { Command } from '../../console/main';
import { UserError } from '../../console/user-error';
import { ensurePythonEnvironment } from '../../python/python-environment';
import { runPython } from '../../python/python-command';

/** The SDK's release that has the tables. */
const RELEASE = '2.27.0';

const ROOT = join(__dirname, '..', '..', '..');
const TABLE = join(ROOT, 'lib', 'images', 'image-table.json');

const imagesLine = new CommandLine({
  name: 'npm run images',
  summary: `Makes lib/images/image-table.json anew: AWS's images by version, region and processor, from PyPI's sagemaker-core.
No credentials are needed. The ends of patching are those of lib/commands/images/deep-learning-containers.json, which people keep.`,
  options: {
    release: {
      type: 'string',
      value: 'VERSION',
      description: `the release of sagemaker-core to read (default: ${RELEASE})`,
    },
  },
  examples: ['npm run images', 'npm run images -- --release 2.27.0'],
  read: ({ release = RELEASE }, _words, problems) => {
    if (!/^\d+(\.\d+)+$/.test(release)) {
      problems.push(`--release: '${release}' is not a version, such as ${RELEASE}`);
    }
    return { release };
  },
});

/** `npm run images`. */
export const imagesCommand: Command = imagesLine.command(async ({ release }, { terminal, signal }) => {
  const python = await ensurePythonEnvironment({
    requirements: [join(ROOT, 'lib', 'python', 'requirements.txt')],
    terminal,
    signal,
  });
  const scratch = await mkdtemp(join(tmpdir(), 'images-'));
  const run = async (...words: string[]) => {
    const { exitCode, stdout, stderr } = await runPython(python, words, { signal });
    if (exitCode !== 0) {
      throw new UserError(
        `cannot read the images of sagemaker-core ${release}; lib/images/image-table.json is unchanged:\n${stderr}`,
      );
    }
    return stdout;
  };
  try {
    terminal.progress(`downloading sagemaker-core ${release}`);
    const package_ = `sagemaker-core==${release}`;
    await run('-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', scratch, package_);
    const [wheel = ''] = await readdir(scratch);
    const facts = join(__dirname, 'deep-learning-containers.json');
    const today = new Date().toISOString().slice(0, 10);
    const made = await run(join(__dirname, 'read_images.py'), join(scratch, wheel), facts, today);
    const before = await readFile(TABLE, 'utf8');
    // Its day alone is no change.
    const undated = (table: string) => table.replace(/^ {2}"date": .*$/m, '');
    const changed = undated(made) !== undated(before);
    await writeFile(TABLE, made);
    terminal.clearProgress();
    terminal.result(
      `lib/images/image-table.json, of ${today}: ${changed ? 'changed; see git diff' : 'no image changed'}`,
    );
    return 0;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
});
