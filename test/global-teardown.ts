import { rmSync } from 'node:fs';

/** Removes the temporary directory that the setup gave to the tests. */
export default function tearDown(): void {
  // What a test ended by force may write for a moment more.
  rmSync(globalThis.testsDirectory, { recursive: true, maxRetries: 5 });
}
