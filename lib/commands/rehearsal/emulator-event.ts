/** What the in-memory AWS tells while it works: one line of JSON each on its standard output. */
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
      readonly type: 'endpoint';
      readonly endpoint: string;
      /** EndpointStatus. */
      readonly status: string;
      readonly reason?: string;
    }
  | {
      readonly type: 'function';
      readonly function: string;
      readonly requestId: string;
      readonly status: 'START' | 'SUCCEEDED' | 'FAILED';
      readonly seconds?: number;
      readonly reason?: string;
    }
  | {
      readonly type: 'alarm';
      readonly alarm: string;
      /** StateValue that it changed to. */
      readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
      readonly reason: string;
    }
  | {
      /** A call that its caller's policies do not allow. */
      readonly type: 'denied';
      readonly principal: string;
      readonly action: string;
      readonly resource: string | null;
      /** In IAM's words, with the statement that comes nearest. */
      readonly reason: string;
    }
  | {
      /** A part of it died of a fault, and it ends: somebody might wait for that part. */
      readonly type: 'fault';
      readonly reason: string;
      /** Of what the system refused, such as ENOSPC. */
      readonly error: string | null;
    }
  | {
      readonly type: 'mail';
      readonly to: string;
      readonly subject: string;
      readonly text: string;
    };

/** Something that exists in the in-memory AWS. */
export interface InventoryItem {
  readonly service: string;
  readonly region: string;
  readonly type: string;
  readonly name: string;
}
