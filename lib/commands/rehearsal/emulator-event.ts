/** What the in-memory AWS tells while it works, as far as it is read here: one line of JSON each on its standard output. */
export type EmulatorEvent =
  | {
      readonly type: 'stack-event';
      readonly stack: string;
      readonly logicalId: string;
      readonly resourceType: string;
      readonly physicalId: string | null;
      /** ResourceStatus, such as CREATE_IN_PROGRESS. */
      readonly status: string;
      readonly reason: string | null;
    }
  | {
      readonly type: 'training';
      readonly job: string;
      readonly secondaryStatus: string;
      /** TrainingJobStatus, where it changed. */
      readonly status?: string;
      readonly logLine?: string;
      readonly metric?: string;
      readonly value?: number;
    }
  | {
      readonly type: 'function';
      readonly function: string;
      readonly status: 'START' | 'SUCCEEDED' | 'FAILED';
      readonly reason?: string;
    }
  /** StateValue that an alarm changed to. */
  | { readonly type: 'alarm'; readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA' }
  /** A call that its caller's policies do not allow: in IAM's words, with the statement that comes nearest. */
  | { readonly type: 'denied'; readonly reason: string }
  /** A part of it died of a fault, and it ends: somebody might wait for that part. The error is what the system refused, such as ENOSPC. */
  | { readonly type: 'fault'; readonly reason: string; readonly error: string | null }
  | { readonly type: 'mail'; readonly subject: string; readonly text: string };

/** Something that exists in the in-memory AWS. */
export interface InventoryItem {
  readonly service: string;
  readonly region: string;
  readonly type: string;
  readonly name: string;
}
