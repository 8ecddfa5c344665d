import { errorBody } from '../errors.ts';
import { judgeAnswer } from '../http/judge-answer.ts';
import { pathOf } from '../http/path-of.ts';
import type { RouteSpec } from '../route.ts';
import { type RouteName, type RouteOf, routes } from '../routes.ts';
import type { CallInput, CallOptions, CallResult } from './types.ts';

export interface ClientOptions {
  /** Origin and optional prefix, without a slash at the end: `http://127.0.0.1:8080`; '' for the page's own origin. */
  readonly baseUrl: string;
  readonly fetch?: typeof globalThis.fetch;
  /** Asked before each call that may carry a token. */
  readonly accessToken?: () => string | undefined | Promise<string | undefined>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Treats fields that the contract does not name as violations: for tests. A client in use passes them over. */
  readonly strict?: boolean;
}

export interface Client {
  /**
   * Makes a request of the contract, and holds its answer against it.
   * @throws ContractViolation when the answer is none that the route declares
   * @throws TypeError when the server cannot be reached, as `fetch` does
   */
  call<N extends RouteName>(
    name: N,
    input: CallInput<RouteOf<N>>,
    options?: CallOptions,
  ): Promise<CallResult<RouteOf<N>>>;
}

/** The server answered with something that the contract does not allow. */
export class ContractViolation extends Error {
  override readonly name = 'ContractViolation';
  readonly faults: readonly string[];

  constructor(routeName: RouteName, status: number, faults: readonly string[]) {
    super(`${routeName} answered ${status}: ${faults.join('; ')}`);
    this.faults = faults;
  }
}

/** The parts that any route's input may have, as the wire sees them. */
interface LooseInput {
  readonly params?: unknown;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  readonly body?: unknown;
  readonly form?: { readonly fields?: Readonly<Record<string, unknown>>; readonly file?: Blob };
}

export function createClient(options: ClientOptions): Client {
  const send = options.fetch ?? globalThis.fetch.bind(globalThis);

  return {
    async call(name, input, callOptions = {}) {
      const route: RouteSpec = routes[name];
      const headers = new Headers({ accept: acceptedBy(route), ...options.headers, ...callOptions.headers });
      if (route.access !== 'anyone') {
        const token =
          callOptions.accessToken === undefined ? await options.accessToken?.() : callOptions.accessToken;
        if (token) headers.set('authorization', `Bearer ${token}`);
      }
      if (callOptions.idempotencyKey !== undefined)
        headers.set('idempotency-key', callOptions.idempotencyKey);
      const body = bodyOf(route, input, headers);
      const response = await send(options.baseUrl + targetOf(route, input), {
        method: route.method,
        headers,
        ...(body === undefined ? {} : { body }),
        ...(callOptions.signal === undefined ? {} : { signal: callOptions.signal }),
      });
      const result = await readAnswer(name, route, response, options.strict ?? false);
      // `readAnswer` held the answer against the very schemas that this type is derived from.
      return result as CallResult<RouteOf<typeof name>>;
    },
  };
}

function targetOf(route: RouteSpec, input: LooseInput): string {
  const path = pathOf(route, input.params as never);
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(input.query ?? {})) {
    if (value !== undefined) query.set(key, String(value));
  }
  return query.size === 0 ? path : `${path}?${query}`;
}

function bodyOf(route: RouteSpec, input: LooseInput, headers: Headers): FormData | string | undefined {
  if (input.form !== undefined && route.form !== undefined) {
    const form = new FormData();
    for (const [key, value] of Object.entries(input.form.fields ?? {})) {
      if (value !== undefined) form.set(key, String(value));
    }
    const { file } = input.form;
    if (file) form.set(route.form.upload.field, file, 'name' in file ? String(file.name) : 'upload');
    return form;
  }
  if (input.body === undefined) return undefined;
  headers.set('content-type', 'application/json');
  return JSON.stringify(input.body);
}

async function readAnswer(
  name: RouteName,
  route: RouteSpec,
  response: Response,
  strict: boolean,
): Promise<unknown> {
  const bytes = await response.blob();
  const contentType = response.headers.get('content-type') ?? undefined;
  const observed = {
    status: response.status,
    contentType,
    json: contentType?.includes('json') ? parseOrUndefined(await bytes.text()) : undefined,
    bodyBytes: bytes.size,
  };
  const judgement = judgeAnswer(route, observed);
  const faults = [...judgement.faults];
  if (strict && judgement.kind === 'answer') {
    faults.push(...judgement.undeclared.map((path) => `${path} is not declared`));
  }
  if (faults.length > 0) throw new ContractViolation(name, response.status, faults);
  const received = {
    status: response.status,
    headers: response.headers,
    requestId: response.headers.get('x-request-id') ?? undefined,
  };
  if (judgement.kind === 'error') {
    return { ok: false, ...received, error: errorBody.parse(observed.json).error };
  }
  const isMedia = route.answers[response.status]?.kind === 'media';
  return { ok: true, ...received, body: isMedia ? bytes : judgement.body };
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function acceptedBy(route: RouteSpec): string {
  const isMedia = Object.values(route.answers).some((answer) => answer.kind === 'media');
  return isMedia ? '*/*' : 'application/json';
}
