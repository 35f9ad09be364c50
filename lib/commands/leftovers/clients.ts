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

/** A client's class. */
export type ClientClass<T extends Client> = new (config: ClientConfig) => T;

/** The settings that every client gets. */
export interface ClientConfig {
  readonly region: string;
  readonly maxAttempts: number;
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: true;
  };
  /** S3 only: by path, as servers on this machine need it; AWS takes both. */
  readonly forcePathStyle: true;
}

/** The clients of one region, made when they are first asked for. They read only. */
export class Clients {
  private readonly made = new Map<ClientClass<Client>, Client>();

  public constructor(private readonly region: string) {}

  /** The client of a class. */
  public get<T extends Client>(Class: ClientClass<T>): T {
    const found = this.made.get(Class) ?? this.make(Class);
    return found as T;
  }

  /** Closes their connections. */
  public destroy(): void {
    for (const client of this.made.values()) {
      client.destroy();
    }
  }

  private make<T extends Client>(Class: ClientClass<T>): T {
    const client = new Class({
      region: this.region,
      // A throttled call is tried again by the SDK, later each time.
      maxAttempts: 5,
      requestHandler: { connectionTimeout: 5_000, requestTimeout: 20_000, throwOnRequestTimeout: true },
      forcePathStyle: true,
    });
    client.middlewareStack.add(readOnly, { step: 'initialize', name: 'readOnly' });
    this.made.set(Class, client);
    return client;
  }
}

/** Lets no command through that could change anything. */
const readOnly: ReadOnlyMiddleware = (next, { commandName = 'a command without a name' }) => {
  if (!/^(Describe|List|Get|Head)[A-Z]/.test(commandName)) {
    throw new Error(`${commandName} is refused: leftovers only reads`);
  }
  return next;
};
