const Sequencer = require('@jest/test-sequencer').default;

/** The files that take longest, as the check's last lines tell them: one that begins last would leave the others waiting. */
const LONGEST = [
  'commands/local/torch.drill.ts',
  'commands/rehearsal/start-command.test.ts',
  'commands/local/local-command.test.ts',
  'commands/leftovers/leftovers.test.ts',
  'synthesis.test.ts',
  'commands/local/training-environment.test.ts',
  'python/python-environment.test.ts',
  'commands/review/review.test.ts',
  'project/training-stack.test.ts',
  'commands/local/training-runner.test.ts',
  'project/workspace-stack.test.ts',
  'project/endpoint-stack.test.ts',
  'compliance.test.ts',
];

/** Jest remembers how long files took, but a fresh clone has nothing to remember. */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const index = LONGEST.findIndex((name) => path.endsWith(`/test/${name}`));
      return index < 0 ? LONGEST.length : index;
    };
    return super.sort(tests).toSorted((one, other) => rank(one) - rank(other));
  }
};
