/**
 * The real CDK CLI looks every 5 seconds whether a stack is ready or gone; in memory it is after tenths of one. Loaded before the CLI, this
 * lets it look ten times as often, and changes nothing else.
 */
const wait = globalThis.setTimeout;
globalThis.setTimeout = Object.assign(
  (callback, milliseconds, ...rest) => wait(callback, milliseconds === 5000 ? 500 : milliseconds, ...rest),
  wait,
);
