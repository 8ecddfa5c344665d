import type { z } from 'zod';
import type { ErrorBody } from '../errors.ts';
import type { ParamsOf } from '../http/path-of.ts';
import type { Answer, FormSpec, RouteSpec } from '../route.ts';

export interface CallOptions {
  /** Overrides the client's own; null sends none. */
  readonly accessToken?: string | null;
  readonly idempotencyKey?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

type QueryPart<R> = R extends { readonly query: infer Q extends z.ZodType }
  ? { readonly query?: z.input<Q> }
  : { readonly query?: undefined };

type ParamsPart<R> = R extends { readonly params: z.ZodType }
  ? { readonly params: ParamsOf<R> }
  : { readonly params?: undefined };

export interface FormInput<F extends FormSpec> {
  readonly fields?: z.input<F['fields']>;
  readonly file?: Blob;
}

type JsonPart<R> = R extends { readonly json: infer J extends z.ZodType }
  ? { readonly body: z.input<J> }
  : never;
type FormPart<R> = R extends { readonly form: infer F extends FormSpec }
  ? { readonly form: FormInput<F> }
  : never;
type BodyPart<R> = [JsonPart<R> | FormPart<R>] extends [never]
  ? { readonly body?: undefined }
  : JsonPart<R> | FormPart<R>;

/** What a call takes: the parts that its route has. */
export type CallInput<R extends RouteSpec> = ParamsPart<R> & QueryPart<R> & BodyPart<R>;

type BodyOf<A extends Answer> = A extends { readonly schema: infer S extends z.ZodType }
  ? z.output<S>
  : A extends { readonly kind: 'media' }
    ? Blob
    : undefined;

interface Received {
  readonly headers: Headers;
  /** The request id that both sides have in their logs. */
  readonly requestId: string | undefined;
}

type Declared<R extends RouteSpec> = {
  [S in keyof R['answers'] & number]: Received & {
    readonly ok: true;
    readonly status: S;
    readonly body: BodyOf<R['answers'][S]>;
  };
}[keyof R['answers'] & number];

export type Refusal = Received & {
  readonly ok: false;
  readonly status: number;
  readonly error: ErrorBody['error'];
};

/** What a call gives: one of the answers that its route declares, or the contract's error. */
export type CallResult<R extends RouteSpec> = Declared<R> | Refusal;
