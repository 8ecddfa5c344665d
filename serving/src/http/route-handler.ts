import type { ParsedRequest, RouteName, RouteOf } from '@banyan/contracts';
import type { Request, Response } from 'express';
import type { Knex } from 'knex';

/** Who is calling, once their access token and their session were found good. */
export interface Caller {
  readonly userId: string;
  readonly sessionId: string;
}

/** A file from a form: held in memory, never larger than its route's rule allows. Its declared type is not trusted. */
export interface UploadedFile {
  readonly bytes: Buffer;
  readonly declaredType: string;
}

type CallerOf<N extends RouteName> = RouteOf<N>['access'] extends 'user'
  ? Caller
  : RouteOf<N>['access'] extends 'optional-user'
    ? Caller | undefined
    : undefined;

type UploadOf<N extends RouteName> =
  RouteOf<N> extends { readonly form: { readonly upload: { readonly required: infer Required } } }
    ? Required extends true
      ? UploadedFile
      : UploadedFile | undefined
    : undefined;

export interface RouteAnswer {
  /** One of the statuses that the route declares. */
  readonly status: number;
  /** Sent as JSON; none for an empty answer. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type RouteRequest<N extends RouteName> = ParsedRequest<RouteOf<N>> & {
  readonly caller: CallerOf<N>;
  readonly upload: UploadOf<N>;
  readonly requestId: string;
  /** Whence it came: see `clientAddressOf`. */
  readonly clientAddress: string;
  /**
   * Runs a write in one transaction, together with keeping its answer for the request's `Idempotency-Key`, if it has
   * one. A repeated key is answered from what was kept, and `write` does not run. Slow work that needs no rows (hashing,
   * making images) belongs before it. Call it once.
   */
  readonly transact: (write: (db: Knex.Transaction) => Promise<RouteAnswer>) => Promise<RouteAnswer>;
  /** Runs once the answer's transaction has been committed; faults in it are logged and change nothing. */
  readonly afterCommit: (effect: () => void | Promise<void>) => void;
};

/** The ordinary handler: request in, answer out, no Express. A thrown ApiError is the contract's error answer. */
export type Handler<N extends RouteName> = (request: RouteRequest<N>) => Promise<RouteAnswer>;

/** For answers that are no JSON: a page, bytes with ranges, a stream of events. */
export interface StreamHandler<N extends RouteName> {
  readonly stream: (request: RouteRequest<N>, raw: Request, response: Response) => Promise<void>;
}

/** What a feature brings: a handler for each of its routes. The application is their union, and must cover every route. */
export type Handlers<N extends RouteName> = { readonly [Name in N]: Handler<Name> | StreamHandler<Name> };
