import type { IncomingMessage, ServerResponse } from 'node:http';
import { httpUpstream } from './http-upstream.ts';

/** A service with a readiness page and a seam, each of which does what the test says. */
export interface FakeService {
  readonly port: number;
  ready: boolean;
  seamState: 'in-public' | 'in-auth';
  /** What the seam says instead of moving. */
  seamRefusal: string | undefined;
  /** Backfill is done in slices of 100. */
  readonly work: { done: number; failed: number; total: number };
  /** Does no slice of work any more. */
  stuck: boolean;
  /** Every move that the seam was asked for. */
  readonly moves: { readonly action: string; readonly why: string; readonly by: string }[];
  /** Requests so far, readiness and seam included. */
  requests: number;
  close(): Promise<void>;
}

export const seamToken = 'a-seam-token-of-the-tests';

export async function startFakeService(): Promise<FakeService> {
  const upstream = await httpUpstream((req, res) => void handle(req, res));
  const service: FakeService = {
    port: upstream.port,
    ready: true,
    seamState: 'in-auth',
    seamRefusal: undefined,
    work: { done: 0, failed: 0, total: 350 },
    stuck: false,
    moves: [],
    requests: 0,
    close: upstream.close,
  };

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    service.requests += 1;
    const { pathname } = new URL(req.url ?? '/', 'http://service');
    if (pathname === '/readyz') return void res.writeHead(service.ready ? 200 : 503).end();
    if (!pathname.startsWith('/seam')) return void res.end('from the service');
    if (req.headers.authorization !== `Bearer ${seamToken}`) return void res.writeHead(401).end();
    if (req.method === 'POST') {
      const action = pathname.slice('/seam/'.length);
      service.moves.push({ action, ...JSON.parse(await textOf(req)) });
      if (service.seamRefusal !== undefined) {
        const error = { code: 'lock-timeout', message: service.seamRefusal };
        return void res.writeHead(409).end(JSON.stringify({ error }));
      }
      move(action);
    }
    res.end(JSON.stringify({ ...report(), ...(req.method === 'POST' ? { took: 12.3 } : {}) }));
  }

  function move(action: string): void {
    if (action === 'advance') service.seamState = 'in-auth';
    if (action === 'back') service.seamState = 'in-public';
    if (action === 'backfill' && !service.stuck) {
      service.work.done = Math.min(service.work.total - service.work.failed, service.work.done + 100);
    }
  }

  function report() {
    const isIn = service.seamState === 'in-auth';
    const began = service.moves.some(({ action }) => action === 'backfill');
    return {
      state: service.seamState,
      states: ['in-public', 'in-auth'],
      ready: isIn,
      next: isIn ? null : 'in-auth',
      previous: isIn ? 'in-public' : null,
      ...(began ? { work: { name: 'rows', ...service.work } } : {}),
    };
  }

  return service;
}

async function textOf(req: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of req) text += chunk;
  return text;
}
