import type { z } from 'zod';
import { ApiError, type RequestFault } from '../errors.ts';
import type { RouteSpec } from '../route.ts';

type OutputOf<S> = S extends z.ZodType ? z.output<S> : undefined;
type FieldOf<R, K extends string> = R extends Readonly<Record<K, infer S>> ? S : undefined;

/** What a route's handler gets: the request, parsed. A form's fields are the body, as JSON would be. */
export interface ParsedRequest<R extends RouteSpec> {
  readonly params: OutputOf<FieldOf<R, 'params'>>;
  readonly query: OutputOf<FieldOf<R, 'query'>>;
  readonly body: R extends { readonly json: infer S }
    ? OutputOf<S>
    : R extends { readonly form: { readonly fields: infer F } }
      ? OutputOf<F>
      : undefined;
}

/** The request as the transport has it: decoded, of unknown shape. */
export interface RawRequest {
  readonly params: unknown;
  readonly query: unknown;
  /** Parsed JSON, or a form's fields; undefined where no body was sent. */
  readonly body: unknown;
  readonly bodyKind: 'json' | 'form' | 'none';
}

/**
 * Judges a request by its route, and reports every fault at once.
 * @throws ApiError invalid_request, with a fault for each thing that is wrong
 */
export function parseRequest<R extends RouteSpec>(route: R, raw: RawRequest): ParsedRequest<R> {
  const faults: RequestFault[] = [];
  const parsed = {
    params: judge('params', route.params, raw.params, faults),
    query: judge('query', route.query, raw.query, faults),
    body: judge('body', bodySchema(route, raw.bodyKind), raw.body, faults),
  };
  if (faults.length > 0) {
    throw new ApiError('invalid_request', summary(faults), { details: faults });
  }
  // Each part was judged by the schema that its type is derived from.
  return parsed as ParsedRequest<R>;
}

function bodySchema(route: RouteSpec, kind: RawRequest['bodyKind']): z.ZodObject | undefined {
  return kind === 'form' ? route.form?.fields : route.json;
}

function judge(
  place: string,
  schema: z.ZodType | undefined,
  value: unknown,
  faults: RequestFault[],
): unknown {
  if (schema === undefined) return undefined;
  const outcome = schema.safeParse(value);
  if (outcome.success) return outcome.data;
  for (const issue of outcome.error.issues) {
    faults.push({ path: [place, ...issue.path.map(String)].join('.'), message: issue.message });
  }
  return undefined;
}

function summary(faults: readonly RequestFault[]): string {
  const [first] = faults;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  return `The request is not valid: ${first?.path} ${first?.message}${more}.`;
}
