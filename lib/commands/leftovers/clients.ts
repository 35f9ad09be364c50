/** The part of an SDK's client that is needed here. */
export interface Client {
  readonly middlewareStack: {
    add(middleware: ReadOnlyMiddleware, options: { step: 'initialize'; name: string }): void;
  };
  destroy(): void;
}

// The SDK types a middleware by the input and output of every command of its client; this one passes on what it gets.
type Handler = (arguments_: any) => Promise<any>;
type ReadOnlyMiddleware = (next: Handler, context: { commandName?: string }) => Handler;

/** The settings that every client gets beside its region. */
const SETTINGS = {
  // A throttled call is tried again by the SDK, later each time.
  maxAttempts: 5,
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 20_000, throwOnRequestTimeout: true },
  // S3 only: by path, as servers on this machine need it; AWS takes both.
  forcePathStyle: true,
} as const;

/** A client's class. */
export type ClientClass<T extends Client> = new (config: typeof SETTINGS & { region: string }) => T;

/** The clients of one region, made when they are first asked for. They read only. */
export class Clients {
  private readonly made = new Map<ClientClass<Client>, Client>();

  public constructor(private readonly region: string) {}

  /** The client of a class. */
  public get<T extends Client>(Class: ClientClass<T>): T {
    let client = this.made.get(Class);
    if (!client) {
      client = new Class({ ...SETTINGS, region: this.region });
      client.middlewareStack.add(readOnly, { step: 'initialize', name: 'readOnly' });
      this.made.set(Class, client);
    }
    return client as T;
  }

  /** Closes their connections. */
  public destroy(): void {
    this.made.forEach((client) => client.destroy());
  }
}

/** Lets no command through that could change anything. */
const readOnly: ReadOnlyMiddleware = (next, { commandName = 'a command without a name' }) => {
  if (!/^(Describe|List|Get|Head)[A-Z]/.test(commandName)) {
    throw new Error(`${commandName} is refused: leftovers only reads`);
  }
  return next;
};
