import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { ApiError, type LiveMessage, livePath } from '@banyan/contracts';
import type { Caller, Log } from '@banyan/serving';
import type { Knex } from 'knex';
import { WebSocketServer } from 'ws';
import { readBoardWaitees } from '../waitee-store.ts';
import { findWaitlist, readWaitlist } from '../waitlist-store.ts';
import { type BoardFollower, type BoardSession, serveBoard } from './board-session.ts';
import type { ChangeFeed } from './change-feed.ts';
import { createRefresher } from './refresher.ts';

export interface LiveDeps {
  readonly db: Knex;
  readonly feed: ChangeFeed;
  readonly readAccessToken: (token: string) => Promise<Caller | undefined>;
  readonly log: Log;
  readonly followWithinMs?: number;
  /** How often a peer must give a sign of life, and how long a board may outlive its token or session at most. */
  readonly checkEveryMs?: number;
}

export interface Live {
  /** Takes no more boards, says farewell to all, and ends those that do not answer in time. */
  drain(): Promise<void>;
}

/** Ample for a `follow`, whose token has at most 8 KiB. */
const maxMessageBytes = 16 * 1024;
/** Of those who are done: enough to see what just happened, and to keep a board small after months. */
const maxClosedShown = 50;

/** Serves the hosts' boards on the server's WebSocket upgrades. Tokens come in messages and never in cookies, so that
 * no page of another origin can open a board in a host's name. */
export function attachLive(server: Server, deps: LiveDeps): Live {
  const { db, feed, readAccessToken, log, followWithinMs = 10_000, checkEveryMs = 30_000 } = deps;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
  });
  const sessions = new Set<BoardSession>();
  let draining = false;

  const { follow } = createRefresher<BoardFollower>({
    feed,
    onFault: (error) => log.error({ err: error }, 'boards could not be refreshed'),
    async refresh(waitlistId, followers) {
      const waitlist = await findWaitlist(db, waitlistId);
      if (waitlist === undefined) {
        for (const follower of followers) follower.gone(waitlistId);
        return;
      }
      const waitees = [...(await readBoardWaitees(db, waitlistId, maxClosedShown))];
      const text = JSON.stringify({ type: 'board', waitlist, waitees } satisfies LiveMessage);
      for (const follower of followers) follower.show(text);
    },
  });

  const timer = setInterval(() => {
    for (const session of sessions) {
      // While the database is away nobody can be judged, and nothing new can be shown either.
      session.check().catch((error: unknown) => log.error({ err: error }, 'a board could not be checked'));
    }
  }, checkEveryMs);

  server.on('upgrade', (request, socket, head) => {
    const refusal = judgeUpgrade(request, draining);
    if (refusal !== undefined) {
      answerPlainly(socket, refusal);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const session = serveBoard(webSocket, {
        readAccessToken,
        checkOwner: (userId, waitlistId) => readWaitlist(db, userId, waitlistId),
        follow,
        log,
        followWithinMs,
      });
      sessions.add(session);
      webSocket.on('close', () => sessions.delete(session));
      if (draining) session.drain();
    });
  });

  return {
    async drain() {
      draining = true;
      clearInterval(timer);
      for (const session of sessions) session.drain();
      await Promise.all([...sessions].map((session) => session.closed));
    },
  };
}

/** For `createServer`'s `shouldUpgradeCallback`: other upgrades are declined by being answered as if not asked for. */
export function upgradesToWebSocket(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket';
}

function judgeUpgrade(request: IncomingMessage, draining: boolean): ApiError | undefined {
  if (!upgradesToWebSocket(request)) {
    return new ApiError('invalid_request', 'This server upgrades to WebSocket alone.');
  }
  if (request.url?.split('?')[0] !== livePath) {
    return new ApiError('not_found', 'There is no WebSocket at this path.');
  }
  return draining ? new ApiError('unavailable', 'The server is going away.') : undefined;
}

/** No response object exists for an upgrade: the contract's error is written by hand. */
function answerPlainly(socket: Duplex, error: ApiError): void {
  const requestId = randomUUID();
  const body = JSON.stringify(error.toBody(requestId));
  socket.on('error', () => undefined);
  socket.end(
    [
      `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      'cache-control: no-store',
      `x-request-id: ${requestId}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
    () => socket.destroy(),
  );
}
