import { IncomingMessage } from 'node:http';
import { type BlockList, isIP, Socket } from 'node:net';
import type { Side } from './cutover/choose-upstream.ts';
import { cohortOf } from './cutover/cohort.ts';
import type { Stage } from './cutover/cutover.ts';
import type { KeySource } from './edge/cohort-key.ts';
import { Exchange, GatewayResponse } from './exchange.ts';
import { isRefusal, type RequestPipeline } from './request-pipeline.ts';
import { isAmbiguousPath } from './routing/path-policy.ts';

/** A request as an operator describes it. */
export interface Question {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** The subject of the caller's token. */
  readonly user?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where the connection comes from. */
  readonly address?: string | undefined;
  readonly bodyBytes?: number | undefined;
}

export interface Explanation {
  /** All of it in one line. */
  readonly text: string;
  readonly capability: string | null;
  readonly route: string | null;
  /** `null` where the gateway itself refuses the request. */
  readonly side: Side | null;
  /** As the request's log line has it; `refused` where no side was chosen. */
  readonly reason: string;
  readonly stage: Stage | null;
  readonly rolloutPercent: number | null;
  /** Which of the plan's cohort keys tells who asks. */
  readonly key: string | null;
  /** The caller's bucket, also where nothing depends on it now. */
  readonly cohort: number | null;
}

export interface ExplainDeps {
  readonly decide: RequestPipeline['decide'];
  readonly keySources: (capability: string) => readonly KeySource[];
  readonly trustedProxies: BlockList;
}

/**
 * Says where a request would go and why, by having the data plane itself decide about one that was never sent: there is no
 * second reading of plan and cutovers that could disagree with the first.
 */
export function createExplain({ decide, keySources, trustedProxies }: ExplainDeps) {
  return function explain(question: Question): Explanation {
    const exchange = exchangeOf(question, trustedProxies);
    const decision = decide(exchange);
    const refusal = isRefusal(decision) ? decision : undefined;
    const { route, cutover, choice } = exchange;
    const caller = route === undefined ? undefined : callerOf(exchange, keySources(route.capability));
    const cohort =
      route === undefined || caller === undefined ? undefined : cohortOf(route.capability, caller.key);
    const why = refusal === undefined ? because(exchange, caller, cohort) : refusal.message;
    const outcome = refusal === undefined ? `${choice?.side}` : `refused with ${refusal.status}`;
    return {
      text: `${question.method} ${question.path} → ${outcome}: ${why}`,
      capability: route?.capability ?? null,
      route: route?.pattern.label ?? null,
      side: refusal === undefined ? (choice?.side ?? null) : null,
      reason: refusal === undefined ? (choice?.reason ?? 'refused') : 'refused',
      stage: cutover?.stage ?? null,
      rolloutPercent: cutover?.rolloutPercent ?? null,
      key: caller?.name ?? null,
      cohort: cohort ?? null,
    };
  };
}

interface Caller {
  readonly name: string;
  readonly key: string;
}

function callerOf(exchange: Exchange, sources: readonly KeySource[]): Caller | undefined {
  for (const source of sources) {
    const key = source.read(exchange);
    if (key !== undefined) return { name: source.name, key };
  }
  return undefined;
}

function because(exchange: Exchange, caller: Caller | undefined, cohort: number | undefined): string {
  const { route, cutover, choice, path } = exchange;
  const capability = route?.capability ?? '';
  const who = caller === undefined ? 'the caller' : `"${caller.key}" (by ${caller.name})`;
  switch (choice?.reason) {
    case 'override':
      return `an override pins ${capability} to ${choice.side}`;
    case 'too-large':
      return `the service takes bodies of at most ${route?.serviceMaxBodyBytes} bytes`;
    case 'denied':
      return `${who} is on the deny list of ${capability}`;
    case 'allowed':
      return `${who} is on the allow list of ${capability}`;
    case 'cohort':
      return cohortText(cutover, who, cohort);
    case 'stage':
      return route?.hasService === false && cutover?.unpinned.side === 'service'
        ? `the plan names no service for ${capability}`
        : `${capability} is at ${cutover?.stage}`;
    default:
      return isAmbiguousPath(path)
        ? 'the path can be read in more than one way, so that it belongs to no capability'
        : 'no capability claims this method and path';
  }
}

function cohortText(cutover: Exchange['cutover'], who: string, cohort: number | undefined): string {
  const rollout = `${cutover?.capability} is rolled out to ${cutover?.rolloutPercent} %`;
  if (cutover?.splits !== true) return rollout;
  if (cohort === undefined) return `${rollout}, and nothing tells who asks`;
  const beside = cohort < cutover.threshold ? 'below' : 'not below';
  return `${rollout}, and ${who} is in cohort ${cohort}, ${beside} ${cutover.threshold}`;
}

function exchangeOf(question: Question, trustedProxies: BlockList): Exchange {
  const { method, path, user, headers = {}, address = '127.0.0.1', bodyBytes } = question;
  const socket = new Socket();
  const req = new IncomingMessage(socket);
  req.method = method;
  req.url = path;
  req.httpVersionMinor = 1;
  req.rawHeaders = rawHeadersOf(headers, user, bodyBytes);
  const family = isIP(address);
  const trusted = family !== 0 && trustedProxies.check(address, family === 6 ? 'ipv6' : 'ipv4');
  const connection = { socket, address, trusted, exchanges: new Set<Exchange>() };
  return new Exchange(req, new GatewayResponse(req), connection, 0);
}

function rawHeadersOf(
  headers: Readonly<Record<string, string>>,
  user: string | undefined,
  bodyBytes: number | undefined,
): string[] {
  const given = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  if (!given.has('host')) given.set('host', 'localhost');
  if (user !== undefined) given.set('authorization', `Bearer ${unsignedToken(user)}`);
  if (bodyBytes !== undefined) given.set('content-length', String(bodyBytes));
  return [...given].flat();
}

/** Has the form of a token, which is all that a side is chosen by. No server takes it for one. */
function unsignedToken(subject: string): string {
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${encoded({ alg: 'none' })}.${encoded({ sub: subject })}.none`;
}
