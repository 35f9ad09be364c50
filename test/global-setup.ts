import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

declare global {
  /** What the setup tells the teardown. */
  var testsDirectory: string;
}

/**
 * The CDK's own validation costs seconds of each process that synthesizes, the tests' own and those that they start: only
 * a test that is about it asks for it. Cloud assemblies of apps without an output directory stay in the temporary directory:
 * tests have one of their own, which goes with them.
 */
export default function setUp(): void {
  process.env.CDK_VALIDATION = 'false';
  globalThis.testsDirectory = mkdtempSync(join(tmpdir(), 'tests-'));
  // A test is also another user, who goes through it.
  chmodSync(globalThis.testsDirectory, 0o711);
  process.env.TMPDIR = globalThis.testsDirectory;
}
