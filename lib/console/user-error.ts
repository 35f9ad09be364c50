/** An error whose message is written for the person at the keyboard: shown as it is, without a stack; exit code 1. */
export class UserError extends Error {
  override readonly name: string = 'UserError';
}

/** A command line that cannot be understood; exit code 2. */
export class UsageError extends UserError {
  override readonly name = 'UsageError';
}
