import * as fc from 'fast-check';
import { StackStory, steps } from './stack-story';

test('whatever happens to a stack, each request starts one job, gets one answer and one verdict, and leaves nothing', async () => {
  jest.spyOn(console, 'log').mockImplementation(() => {});
  const stories = fc.asyncProperty(fc.array(steps, { minLength: 1, maxLength: 12 }), (happenings) =>
    new StackStory().tell(happenings),
  );
  await expect(fc.assert(stories, { numRuns: 60 })).resolves.toBeUndefined();
  jest.restoreAllMocks();
}, 60_000);
