import type { z } from 'zod';
import type { OpsErrorCode } from './ops-error.ts';

/** What a token may do, in order: an operator may do all that a viewer may. */
export const roles = ['viewer', 'operator'] as const;
export type Role = (typeof roles)[number];

/** Who asks, by the name of their token. It is the `by` of what they change. */
export interface Operator {
  readonly name: string;
  readonly role: Role;
}

/** A route of the ops API as data: from it come the check of each request, the OpenAPI document and the CLI's client. */
export interface OpsRouteSpec {
  readonly method: 'GET' | 'POST';
  /** In Express's syntax. */
  readonly path: string;
  readonly role: Role;
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
  readonly answer: z.ZodType;
  /** Beyond those that any route may answer with. */
  readonly errors: readonly OpsErrorCode[];
}

type Given<S, K extends string, V> = S extends { readonly [k in K]: z.ZodType } ? V : object;

/** What a handler is given: parsed, and from someone who may ask for it. */
export type RequestOf<S> = { readonly operator: Operator } & Given<
  S,
  'params',
  { readonly params: S extends { params: infer T extends z.ZodType } ? z.output<T> : never }
> &
  Given<
    S,
    'query',
    { readonly query: S extends { query: infer T extends z.ZodType } ? z.output<T> : never }
  > &
  Given<S, 'body', { readonly body: S extends { body: infer T extends z.ZodType } ? z.output<T> : never }>;

/** What a client gives. */
export type InputOf<S> = Given<
  S,
  'params',
  { readonly params: S extends { params: infer T extends z.ZodType } ? z.input<T> : never }
> &
  Given<
    S,
    'query',
    { readonly query?: S extends { query: infer T extends z.ZodType } ? z.input<T> : never }
  > &
  Given<S, 'body', { readonly body: S extends { body: infer T extends z.ZodType } ? z.input<T> : never }>;

export type AnswerOf<S extends OpsRouteSpec> = z.output<S['answer']>;
