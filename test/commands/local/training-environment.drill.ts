import { expect, test } from '@jest/globals';
import { compareGeneratedJobs } from './toolkit-comparison';
import { ToolkitOracle } from './toolkit-oracle';

test('a thousand generated jobs get the environment and the arguments of the official toolkits', async () => {
  const oracle = new ToolkitOracle();
  const counts = await compareGeneratedJobs(oracle, 1000);
  await oracle.end();
  // Were all refused, or all compared, the generator would have lost its point.
  expect(counts.compared).toBeGreaterThan(700);
  expect(counts.refused).toBeGreaterThan(200);
  expect(counts.throughShell).toBeGreaterThan(100);
}, 600_000);
