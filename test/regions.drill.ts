import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { readCloudAssembly } from '../lib/assembly/cloud-assembly';
import { missingTypes } from '../lib/aws/region-types';
import { releasedNames, releases } from '../lib/images/release';
import { ProjectDirectory, testApp } from './project-fixture';
import { declareVariants } from './variants';

/** Regions that have images, and of which the schemas that cfn-lint ships say nothing. */
const WITHOUT_SCHEMAS = ['me-west-1'];

const directory = new ProjectDirectory();
const output = mkdtempSync(join(tmpdir(), 'assembly-'));
afterAll(() => {
  directory.remove();
  rmSync(output, { recursive: true });
});

interface Finding {
  readonly Filename: string;
  readonly Rule: { readonly Id: string };
  readonly Message: string;
}

test('every template is valid in each region that has an image, but for the types that we know to be missing', () => {
  const ofImages = releasedNames().flatMap((name) =>
    releases(name, 'training').flatMap((release) => Object.keys(release.accounts())),
  );
  const regions = [...new Set(ofImages)].filter((region) => !WITHOUT_SCHEMAS.includes(region));
  expect(regions.length).toBeGreaterThan(40);
  const app = testApp({ outdir: output });
  declareVariants(app, directory);
  app.synth();
  const stacks = readCloudAssembly(output);
  const { stdout, stderr } = spawnSync(
    join(__dirname, '..', '.venv', 'bin', 'cfn-lint'),
    [
      ...['--format', 'json', '--ignore-checks', 'W3005', '--regions', ...regions, '--'],
      ...stacks.map(({ name }) => join(output, `${name}.template.json`)),
    ],
    { encoding: 'utf8', maxBuffer: 1 << 26 },
  );
  expect(stderr).toBe('');
  const found = (JSON.parse(stdout) as Finding[]).map(
    ({ Filename, Rule, Message }) => `${basename(Filename, '.template.json')} ${Rule.Id} ${Message}`,
  );
  const known = stacks.flatMap(({ name, template }) =>
    regions.flatMap((region) =>
      missingTypes(template, region).map(
        (type) => `${name} E3006 Resource type '${type}' does not exist in '${region}'`,
      ),
    ),
  );
  expect([...new Set(found)].sort()).toEqual([...new Set(known)].sort());
}, 120_000);
