import type { Client, ClientClass } from './clients';
import type { Leftover } from './leftover';
import type { Ownership } from './ownership';
import type { ProjectNames } from './project-names';

/** Where and for whom a finder looks, and by what. */
export interface Search {
  /** The region that it asks. */
  readonly region: string;
  /** The account's id. */
  readonly account: string;
  readonly names: ProjectNames;
  readonly owned: Ownership;
  /** What a command or a paginator gets beside its input. */
  readonly options: { readonly abortSignal: AbortSignal };
  /** The region's client of a service. It reads only. */
  client<T extends Client>(Class: ClientClass<T>): T;
  /** Reports a part that could not be seen, so that the rest still can. Aborts are thrown again. */
  cannotSee(what: string, error: unknown): void;
}

/** What a finder finds; the region is added to it. */
export type Found = Omit<Leftover, 'region'>;

/** Looks for the things of one service. What it throws is reported as a blind spot. */
export interface Finder {
  /** What it looks for, in the plural. */
  readonly what: string;
  /** The ARNs of the things that it lists, tagged or not, from the service on: `sagemaker:endpoint/…`. */
  readonly arns: RegExp;
  /** Whether the service has no regions: it is then asked once. */
  readonly global?: true;
  find(search: Search): AsyncIterable<Found>;
}
