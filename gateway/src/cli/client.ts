import { opsErrorBody } from '../ops/api/ops-error.ts';
import type { AnswerOf, InputOf, OpsRouteSpec } from '../ops/api/ops-route.ts';
import { type OpsRouteName, type OpsRoutes, opsRoutes } from '../ops/api/routes.ts';
import { isTimeout } from '../ops/probes/fetch-bounded.ts';
import { CliFault } from './cli-fault.ts';

export interface OpsClient {
  /** Resolves to a checked answer; rejects with a `CliFault` that says in one line why there is none. */
  call<N extends OpsRouteName>(name: N, input: InputOf<OpsRoutes[N]>): Promise<AnswerOf<OpsRoutes[N]>>;
}

export interface ClientOptions {
  readonly opsUrl: string;
  /** None is sent where there is none: the gateway says what it needs. */
  readonly token: string | undefined;
  /** How to get one, for an operator to read. */
  readonly tokenHint: string;
}

/** Longer than the longest that the gateway itself waits, for a seam's move. */
const withinMs = 75_000;

interface AnyInput {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

export function createOpsClient({ opsUrl, token, tokenHint }: ClientOptions): OpsClient {
  async function send(spec: OpsRouteSpec, { params = {}, query = {}, body }: AnyInput): Promise<Response> {
    const path = spec.path.replaceAll(/:(\w+)/g, (_, name) => encodeURIComponent(params[name] ?? ''));
    const url = new URL(path, opsUrl);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    try {
      return await fetch(url, {
        method: spec.method,
        redirect: 'manual',
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(withinMs),
      });
    } catch (error) {
      const late = isTimeout(error);
      throw new CliFault(
        late ? `${opsUrl} does not answer within ${withinMs / 1_000} s` : `no gateway answers at ${opsUrl}`,
      );
    }
  }

  return {
    async call(name, input) {
      const spec: OpsRouteSpec = opsRoutes[name];
      const response = await send(spec, input as AnyInput);
      const json: unknown = await response.json().catch(() => undefined);
      if (response.ok) {
        const parsed = spec.answer.safeParse(json);
        if (parsed.success) return parsed.data as AnswerOf<OpsRoutes[typeof name]>;
        throw new CliFault(`${opsUrl} is no gateway’s ops API, or one of another version`);
      }
      throw faultOf(response.status, json, opsUrl, tokenHint);
    },
  };
}

function faultOf(status: number, json: unknown, opsUrl: string, tokenHint: string): CliFault {
  const parsed = opsErrorBody.safeParse(json);
  if (!parsed.success) return new CliFault(`${opsUrl} answered with ${status}`);
  const { code, message, reasons = [] } = parsed.data.error;
  const hint = code === 'unauthorized' ? ` ${tokenHint}` : '';
  const text = reasons.length === 0 ? message : `${message} ${reasons.join('; ')}`;
  return new CliFault(`${text}${hint}`, { exitCode: code === 'invalid' ? 2 : 1, body: parsed.data });
}
