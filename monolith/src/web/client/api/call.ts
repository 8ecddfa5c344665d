import {
  ApiError,
  type CallInput,
  type CallResult,
  type Client,
  ContractViolation,
  createClient,
  parseRequest,
  type RouteName,
  type RouteOf,
  type RouteSpec,
  routes,
} from '@banyan/contracts';
import { readSession } from '../session/session-store.ts';
import { type Failure, failure } from './failure.ts';
import { newKey } from './new-key.ts';
import { renewingFetch } from './renewing-fetch.ts';
import { uploadingFetch } from './uploading-fetch.ts';

export type Answer<N extends RouteName> = Extract<CallResult<RouteOf<N>>, { ok: true }>;
export type Outcome<N extends RouteName> = Answer<N> | Failure;

export interface CallSettings {
  /** Sends the call as one who is not logged in. */
  readonly anonymously?: boolean;
  /** Told of the part of the body that was sent, 0 to 1. */
  readonly onProgress?: (part: number) => void;
}

/** What an attempt waits before it is made again, when the connection broke or its first run is still under way. */
const retryDelaysMs = [400, 1_500];

/** A phone that lost its network may wait for ever for an answer. */
const answerTimeoutMs = 20_000;
const uploadTimeoutMs = 180_000;

/**
 * Calls the API. The input is judged here by the schemas that the server judges it by, so that a faulty form costs no
 * upload. Never rejects: what went wrong is the outcome.
 */
export async function call<N extends RouteName>(
  name: N,
  input: CallInput<RouteOf<N>>,
  settings: CallSettings = {},
): Promise<Outcome<N>> {
  const faulty = judge(name, input);
  if (faulty !== undefined) return faulty;
  const client = clientFor(settings);
  // One key for all attempts: a write whose answer was lost is not made twice.
  const idempotencyKey = newKey();
  for (const delayMs of [...retryDelaysMs, undefined]) {
    const outcome = await attempt(client, name, input, idempotencyKey, settings);
    const again =
      !outcome.ok && (outcome.code === 'unreachable' || outcome.code === 'idempotency_in_progress');
    if (!again || delayMs === undefined) return outcome;
    await new Promise((resolve) => setTimeout(resolve, delayMs));
  }
  return failure('unreachable', 'The server cannot be reached.');
}

async function attempt<N extends RouteName>(
  client: Client,
  name: N,
  input: CallInput<RouteOf<N>>,
  idempotencyKey: string,
  { anonymously, onProgress }: CallSettings,
): Promise<Outcome<N>> {
  try {
    const result = await client.call(name, input, {
      ...(routes[name].replay === 'safe' ? {} : { idempotencyKey }),
      ...(anonymously ? { accessToken: null } : {}),
      signal: AbortSignal.timeout(onProgress === undefined ? answerTimeoutMs : uploadTimeoutMs),
    });
    if (result.ok) return result as Answer<N>;
    const { code, message, details } = (result as Extract<typeof result, { ok: false }>).error;
    return failure(code, message, details);
  } catch (thrown) {
    if (thrown instanceof ContractViolation) return failure('unexpected', thrown.message);
    const isTimeout = thrown instanceof DOMException && thrown.name === 'TimeoutError';
    if (isTimeout || thrown instanceof TypeError) return failure('unreachable', thrown.message);
    throw thrown;
  }
}

function judge(name: RouteName, input: object): Failure | undefined {
  const { params, query, body, form } = input as {
    readonly params?: unknown;
    readonly query?: unknown;
    readonly body?: unknown;
    readonly form?: { readonly fields?: unknown };
  };
  try {
    parseRequest(routes[name] as RouteSpec, {
      params,
      query: query ?? {},
      body: form === undefined ? body : (form.fields ?? {}),
      bodyKind: form === undefined ? 'json' : 'form',
    });
    return undefined;
  } catch (thrown) {
    if (thrown instanceof ApiError) return failure(thrown.code, thrown.message, thrown.details);
    throw thrown;
  }
}

function clientFor({ onProgress }: CallSettings): Client {
  const send = onProgress === undefined ? globalThis.fetch.bind(globalThis) : uploadingFetch(onProgress);
  return createClient({
    baseUrl: '',
    fetch: renewingFetch(send),
    accessToken: () => readSession()?.accessToken,
  });
}
