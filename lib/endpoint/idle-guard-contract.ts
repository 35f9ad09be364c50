// What the idle guard's construct and its Lambda function share. Imports nothing: one side runs at synth, the other in AWS.

/** Environment variables of the function. */
export const IdleGuardVariable = {
  /** The id (ARN) of the one stack that the function may delete: its own. */
  STACK_ID: 'STACK_ID',
  ENDPOINT_NAME: 'ENDPOINT_NAME',
  VARIANT_NAME: 'VARIANT_NAME',
  /** Seconds without an invocation after which the stack is deleted. */
  IDLE_TIMEOUT: 'IDLE_TIMEOUT_SECONDS',
  /** The topic that mails; absent when nobody is to be told. */
  TOPIC_ARN: 'TOPIC_ARN',
} as const;

/** What the function is called with: CloudWatch's own event of an alarm, or the like of it by a schedule. */
export interface IdleGuardEvent {
  /** The moment, as text. */
  readonly time: string;
  readonly alarmData: { readonly alarmName: string };
  /** Whether it is a look of the schedule: it tells nobody again what a person must do. */
  readonly bySchedule?: boolean;
  /** What a person reads whom the event reaches by mail, since the function failed on it. */
  readonly failed?: string;
}
