import { afterAll, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Processor } from '../../lib/images/instance-types';
import { type ImageScope, type Release, releasedNames, releases } from '../../lib/images/release';

const ROOT = join(__dirname, '..', '..');
const PYTHON = join(ROOT, '.venv', 'bin', 'python');
const scratch = mkdtempSync(join(tmpdir(), 'image-oracle-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** The full tags of the release pages, where the SDK has one that those do not list: its own, with a build behind it. */
const FULL_TAGS = /^tensorflow-(training:2\.(19|21)|inference:2\.(19|20))\.0-(cpu|gpu)-/;
/** The SDK keeps the newer of PyTorch's images under a name of its own. */
const sdkName = ({ name, repository }: Release) => (repository === 'pytorch' ? 'pytorch-amzn2023' : name);

const INSTANCE: Readonly<Record<Processor, string>> = { cpu: 'ml.m5.xlarge', gpu: 'ml.g5.xlarge' };
const SCOPES: readonly ImageScope[] = ['training', 'inference'];

/** Every image of our table in every region, processor and Python, with what we say of it. */
const ours = releasedNames().flatMap((name) =>
  SCOPES.flatMap((scope) => releases(name, scope)).flatMap((release) =>
    release.processors.flatMap((processor) =>
      (release.pythons.length > 0 ? release.pythons : ['']).flatMap((python) =>
        Object.entries(release.accounts()).map(([region, account]) => ({
          asked: {
            name: sdkName(release),
            scope: release.scope,
            version: release.version,
            base: release.base,
            python,
            region,
            instanceType: INSTANCE[processor as Processor],
          },
          registry: `${account}.dkr.ecr.${region}`,
          image: `${release.repository}:${release.tag(processor as Processor, python)}`,
        })),
      ),
    ),
  ),
);

function sdk(command: string[], input = ''): string {
  return execFileSync(PYTHON, command, { input, maxBuffer: 1 << 28, encoding: 'utf8' });
}

test('the SDK says the same of every image in every region, on every processor and Python, but for the full tags', () => {
  sdk(['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', scratch, 'sagemaker-core==2.27.0']);
  const [wheel = ''] = readdirSync(scratch);
  const oracle = [join(__dirname, 'sdk_images.py'), join(scratch, wheel)];
  const answers = sdk(oracle, JSON.stringify(ours.map(({ asked }) => asked)))
    .trim()
    .split('\n');
  expect(answers).toHaveLength(ours.length);

  let full = 0;
  const different = ours.flatMap(({ asked, registry, image }, place) => {
    const answer = answers[place]!;
    const [host = '', named = ''] = answer.split('/');
    if (host.startsWith(`${registry}.`) && named === image) {
      return [];
    }
    if (host.startsWith(`${registry}.`) && FULL_TAGS.test(image) && image.startsWith(`${named}-`)) {
      full += 1;
      return [];
    }
    return [{ asked, ours: `${registry} ${image}`, theirs: answer }];
  });
  process.stdout.write(
    `${ours.length} images by region, processor and Python: ${ours.length - full - different.length} equal, ${full} with the full tag\n`,
  );
  expect(different.slice(0, 5)).toEqual([]);
  expect(ours.length).toBeGreaterThan(15_000);
}, 300_000);
