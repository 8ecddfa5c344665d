import type { z } from 'zod';
import type { ErrorCode } from './errors.ts';

/** The capabilities that move. A route of none of them stays with the monolith. */
export const capabilities = ['auth', 'images', 'notifications'] as const;
export type Capability = (typeof capabilities)[number];

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * Who may call: `anyone`; `user`, with a bearer token; `optional-user`, for whom a token adds something but, when
 * present, must be valid.
 */
export type Access = 'anyone' | 'user' | 'optional-user';

/**
 * Whether a request may be sent a second time when its first answer was lost: `safe` (no effect), `idempotent`
 * (RFC 9110 §9.2.2), or `keyed` (only under an `Idempotency-Key`, which both sides honour).
 */
export type Replay = 'safe' | 'idempotent' | 'keyed';

export interface UploadRule {
  readonly field: string;
  readonly required: boolean;
  readonly maxBytes: number;
  readonly contentTypes: readonly string[];
}

export interface FormSpec {
  readonly fields: z.ZodObject;
  readonly upload: UploadRule;
}

export type Answer =
  | { readonly kind: 'json'; readonly description: string; readonly schema: z.ZodType }
  | { readonly kind: 'empty'; readonly description: string }
  | { readonly kind: 'media'; readonly description: string; readonly contentTypes: readonly string[] }
  | {
      readonly kind: 'json-or-events';
      readonly description: string;
      readonly schema: z.ZodType;
      readonly event: z.ZodType;
    };

export interface RouteSpec {
  readonly capability: Capability | 'none';
  readonly method: Method;
  /** In Express's syntax, as `/api/images/:id`. */
  readonly path: `/${string}`;
  readonly summary: string;
  readonly access: Access;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** The JSON body, where one is taken. */
  readonly json?: z.ZodObject;
  /** The multipart body, where one is taken; beside `json`, the client chooses. */
  readonly form?: FormSpec;
  readonly answers: Readonly<Record<number, Answer>>;
  /** What this route adds to the errors that follow from its shape; see `errorsOf`. */
  readonly errors: readonly ErrorCode[];
  readonly replay: Replay;
  /**
   * Fields of the answer that differ when the same request is made twice on the same state, as paths:
   * `user.createdAt`, `items[].estimatedWaitMinutes`.
   */
  readonly volatile: readonly string[];
  /** Headers of the answer that clients rely on, beside `comparedHeaders`. */
  readonly headers?: readonly string[];
}

/** Headers that matter on every route. */
export const comparedHeaders = ['content-type', 'cache-control', 'location', 'vary'] as const;

export function defineRoute<const R extends RouteSpec>(route: R): R {
  return route;
}

export function json<const S extends z.ZodType>(description: string, schema: S) {
  return { kind: 'json', description, schema } as const;
}

export function empty(description: string) {
  return { kind: 'empty', description } as const;
}

export function media<const T extends readonly string[]>(description: string, contentTypes: T) {
  return { kind: 'media', description, contentTypes } as const;
}

/** Every error that the route can answer with: its own, and those that follow from who may call and what it takes. */
export function errorsOf(route: RouteSpec): readonly ErrorCode[] {
  const takesBody = route.json !== undefined || route.form !== undefined;
  const codes: ErrorCode[] = [...route.errors, 'internal', 'unavailable'];
  if (takesBody) codes.push('payload_too_large', 'unsupported_media_type');
  if (takesBody || route.params !== undefined || route.query !== undefined) codes.push('invalid_request');
  if (route.access !== 'anyone') codes.push('unauthorized');
  if (route.replay !== 'safe')
    codes.push('invalid_request', 'idempotency_in_progress', 'idempotency_key_reused');
  return [...new Set(codes)];
}
