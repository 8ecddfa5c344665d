/** What a function costs: to start cold, and warm beside the same routes in the monolith. */
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import http from 'node:http';
import type { Children } from '../process/children.ts';
import { median } from '../statistics.ts';
import { startWhole, type Whole } from './whole.ts';

export interface FunctionFigures {
  readonly name: string;
  /** Of the one file that is deployed, without native packages. */
  readonly bundleBytes: number;
  readonly coldStarts: number;
  /** Of the function's own code until it is ready for its first invocation, median. */
  readonly initMs: number;
  /** As a client meets it, from request to answer: process, runtime, init and invocation. Median. */
  readonly firstCallMs: number;
  readonly maxMemoryMb: number;
  /** One request after the other on one connection; medians over rounds in turn. */
  readonly warm: { readonly serviceMs: number; readonly monolithMs: number };
}

interface HostedFunction {
  readonly name: string;
  readonly bundle: string;
  readonly environments: readonly { readonly pid: number }[];
  readonly lastInitMs?: number;
  readonly maxMemoryMb: number;
}

const coldStarts = 7;
const warmRounds = 8;
const warmRequests = 150;
const account = { email: 'bench@example.com', password: 'a long enough password', displayName: 'Bench' };

/** Starts the waitlist whole, as `npm start` does, and measures each of its services. */
export async function measureFunctions(
  children: Children,
  say: (line: string) => void,
): Promise<readonly FunctionFigures[]> {
  say('functions: starting the waitlist whole');
  const whole = await startWhole(children);
  try {
    say(`functions: ${coldStarts} cold starts, then ${warmRounds} warm rounds`);
    return [await measureAuth(whole)];
  } finally {
    await whole.stop();
  }
}

async function measureAuth({ monolithUrl, lambdaHostUrl }: Whole): Promise<FunctionFigures> {
  const registered = await send(monolithUrl, 'POST', '/api/auth/register', undefined, account);
  const { accessToken } = JSON.parse(registered.body) as { accessToken: string };
  const me = (url: string, agent?: http.Agent) =>
    send(url, 'GET', '/api/auth/me', accessToken, undefined, agent);

  const inits: number[] = [];
  const firsts: number[] = [];
  for (let start = 0; start < coldStarts; start += 1) {
    await endEnvironments(lambdaHostUrl);
    firsts.push((await me(lambdaHostUrl)).tookMs);
    inits.push((await readFunction(lambdaHostUrl)).lastInitMs ?? Number.NaN);
  }

  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const perRequest = async (url: string) => {
    const times: number[] = [];
    for (let n = 0; n < warmRequests; n += 1) times.push((await me(url, agent)).tookMs);
    return median(times);
  };
  // Not counted: code is compiled for speed only once it has run for a while.
  for (let round = 0; round < 4; round += 1)
    for (const url of [lambdaHostUrl, monolithUrl]) await perRequest(url);
  const service: number[] = [];
  const monolith: number[] = [];
  for (let round = 0; round < warmRounds; round += 1) {
    service.push(await perRequest(lambdaHostUrl));
    monolith.push(await perRequest(monolithUrl));
  }
  agent.destroy();

  const { bundle, maxMemoryMb } = await readFunction(lambdaHostUrl);
  return {
    name: 'auth',
    bundleBytes: (await stat(bundle)).size,
    coldStarts,
    initMs: median(inits),
    firstCallMs: median(firsts),
    maxMemoryMb,
    warm: { serviceMs: median(service), monolithMs: median(monolith) },
  };
}

async function readFunction(lambdaHostUrl: string): Promise<HostedFunction> {
  const { body } = await send(lambdaHostUrl, 'GET', '/_host/functions');
  const { functions } = JSON.parse(body) as { functions: readonly HostedFunction[] };
  const found = functions.find(({ name }) => name === 'auth');
  if (found === undefined) throw new Error('the Lambda host has no function auth');
  return found;
}

/** So that the next call starts cold. */
async function endEnvironments(lambdaHostUrl: string): Promise<void> {
  for (;;) {
    const { environments } = await readFunction(lambdaHostUrl);
    if (environments.length === 0) return;
    for (const { pid } of environments) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It is gone already, and will be off the list at once.
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function send(
  origin: string,
  method: string,
  path: string,
  token?: string,
  body?: unknown,
  agent?: http.Agent,
): Promise<{ readonly body: string; readonly tookMs: number }> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const startedAt = performance.now();
  const request = http.request(new URL(path, origin), {
    method,
    ...(agent === undefined ? {} : { agent }),
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(payload === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
    },
  });
  request.end(payload);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  const tookMs = performance.now() - startedAt;
  const status = response.statusCode ?? 0;
  if (status < 200 || status > 299) throw new Error(`${method} ${path} answered ${status}: ${text}`);
  return { body: text, tookMs };
}
