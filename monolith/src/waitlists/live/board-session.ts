import { ApiError, type LiveMessage, liveCloseCodes, liveRequest, parseJson } from '@banyan/contracts';
import type { Caller, Log } from '@banyan/serving';
import type { RawData, WebSocket } from 'ws';

/** What is shown to every board of a list: the message, made into text once for all of them. */
export interface BoardFollower {
  show(text: string): void;
  gone(waitlistId: string): void;
}

export interface BoardSessionDeps {
  readonly readAccessToken: (token: string) => Promise<Caller | undefined>;
  /** @throws ApiError not_found unless the list is the caller's */
  readonly checkOwner: (userId: string, waitlistId: string) => Promise<unknown>;
  readonly follow: (waitlistId: string, follower: BoardFollower) => () => void;
  readonly log: Log;
  readonly followWithinMs: number;
}

export interface BoardSession {
  /** Drops a peer that was silent since the last call, asks it for a sign of life, and checks its token again. */
  check(): Promise<void>;
  /** Fulfilled once the connection is closed, by whichever side. */
  readonly closed: Promise<void>;
  /** Says farewell: RFC 6455 §7.4.1, 1001. */
  drain(): void;
}

/** For a peer to answer our close with its own, before its connection is dropped. */
const farewellMs = 2_000;

type Refusal = Extract<LiveMessage, { type: 'refused' }>['code'];

/**
 * A host's board on one WebSocket. A `follow` names a list and a token; a later one replaces it, so that a board can
 * bring its next token, or turn to another list, without a new connection.
 */
export function serveBoard(socket: WebSocket, deps: BoardSessionDeps): BoardSession {
  let accessToken: string | undefined;
  let unfollow: (() => void) | undefined;
  let alive = true;
  let over = false;
  const { promise: closed, resolve: reportClosed } = Promise.withResolvers<void>();
  const outbox = createOutbox(socket);
  const followTimer = setTimeout(
    () => finish(liveCloseCodes.silent, 'no follow came in time'),
    deps.followWithinMs,
  );

  function stopFollowing(): void {
    unfollow?.();
    unfollow = undefined;
    outbox.forget();
  }

  function finish(code: number, reason: string, farewell?: LiveMessage): void {
    if (over) return;
    over = true;
    clearTimeout(followTimer);
    stopFollowing();
    if (farewell !== undefined) socket.send(JSON.stringify(farewell), () => undefined);
    socket.close(code, reason);
    const dropTimer = setTimeout(() => socket.terminate(), farewellMs);
    void closed.then(() => clearTimeout(dropTimer));
  }

  function refuse(code: Refusal, message: string): void {
    finish(liveCloseCodes.refused, code, { type: 'refused', code, message });
  }

  async function receive(data: RawData, isBinary: boolean): Promise<void> {
    if (over) return;
    clearTimeout(followTimer);
    const request = isBinary ? undefined : liveRequest.safeParse(parseJson(data.toString()));
    if (!request?.success) {
      refuse('invalid_request', 'The message is not a follow request.');
      return;
    }
    const waitlistId = request.data.waitlistId.toLowerCase();
    const caller = await deps.readAccessToken(request.data.accessToken);
    if (caller === undefined) {
      refuse('unauthorized', 'The access token is not valid, or its session has ended.');
      return;
    }
    await deps.checkOwner(caller.userId, waitlistId);
    if (over) return;
    stopFollowing();
    accessToken = request.data.accessToken;
    unfollow = deps.follow(waitlistId, {
      show: outbox.show,
      gone: () => finish(liveCloseCodes.gone, 'gone', { type: 'gone', waitlistId }),
    });
  }

  function fail(error: unknown): void {
    if (error instanceof ApiError && (error.code === 'not_found' || error.code === 'invalid_request')) {
      refuse(error.code, error.message);
      return;
    }
    deps.log.error({ err: error }, 'a live board failed');
    finish(1011, 'internal error');
  }

  let queue = Promise.resolve();
  socket.on('message', (data, isBinary) => {
    // One at a time, and the peer waits meanwhile: nobody can pile up work here.
    socket.pause();
    queue = queue
      .then(() => receive(data, isBinary))
      .catch(fail)
      .finally(() => socket.resume());
  });
  socket.on('pong', () => {
    alive = true;
  });
  // After it comes 'close', always; what the peer did wrong ws has answered by itself.
  socket.on('error', (error) => deps.log.debug({ err: error }, 'a live board’s connection broke'));
  socket.on('close', () => {
    over = true;
    clearTimeout(followTimer);
    stopFollowing();
    reportClosed();
  });

  return {
    closed,
    async check() {
      if (!alive) {
        socket.terminate();
        return;
      }
      alive = false;
      socket.ping();
      if (accessToken === undefined || over) return;
      const token = accessToken;
      const caller = await deps.readAccessToken(token);
      if (caller === undefined && token === accessToken) {
        refuse('unauthorized', 'The access token has expired, or its session has ended.');
      }
    },
    drain: () => finish(1001, 'the server is going away'),
  };
}

/**
 * Sends the newest board and skips those between: for a slow peer one message is under way and one waits, whatever
 * happens meanwhile.
 */
function createOutbox(socket: WebSocket) {
  let underWay = false;
  let waiting: string | undefined;
  let last: string | undefined;

  function send(text: string): void {
    underWay = true;
    socket.send(text, (error) => {
      underWay = false;
      const next = waiting;
      waiting = undefined;
      if (!error && next !== undefined) send(next);
    });
  }

  return {
    show(text: string): void {
      if (text === last) return;
      last = text;
      if (underWay) waiting = text;
      else send(text);
    },
    forget(): void {
      waiting = undefined;
      last = undefined;
    },
  };
}
