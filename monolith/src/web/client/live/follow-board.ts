import { type LiveMessage, type LiveRequest, liveMessage, livePath } from '@banyan/contracts';
import { backOffMs } from './back-off.ts';
import type { ConnectionState } from './connection-state.ts';

export type Board = Omit<Extract<LiveMessage, { type: 'board' }>, 'type'>;

export interface BoardListener {
  readonly waitlistId: string;
  readonly accessToken: () => string | undefined;
  /** Asked once the token was refused; undefined when there is no other. */
  readonly renewToken: (refused: string) => Promise<string | undefined>;
  readonly onBoard: (board: Board) => void;
  readonly onState: (state: ConnectionState) => void;
  /** The list is no longer there, or no longer this user's to see. Nothing follows. */
  readonly onGone: () => void;
}

/** Follows a list's board over a WebSocket, and comes back whenever the connection is lost. Returns what ends it. */
export function followBoard(listener: BoardListener): () => void {
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failedAttempts = 0;
  let stopped = false;

  function connect(): void {
    clearTimeout(timer);
    dropSocket();
    const token = listener.accessToken();
    if (stopped || token === undefined) return;
    listener.onState(failedAttempts === 0 ? 'connecting' : 'lost');
    const current = new WebSocket(addressOf(livePath));
    socket = current;
    current.addEventListener('open', () => {
      const request: LiveRequest = { type: 'follow', accessToken: token, waitlistId: listener.waitlistId };
      current.send(JSON.stringify(request));
    });
    current.addEventListener('message', ({ data }) => {
      if (current === socket) receive(parse(data), token);
    });
    current.addEventListener('close', () => {
      if (current === socket) retry();
    });
  }

  function receive(message: LiveMessage | undefined, token: string): void {
    if (message?.type === 'board') {
      failedAttempts = 0;
      listener.onState('live');
      listener.onBoard({ waitlist: message.waitlist, waitees: message.waitees });
    } else if (message?.type === 'refused' && message.code === 'unauthorized') {
      dropSocket();
      void listener.renewToken(token).then((renewed) => (renewed === undefined ? retry() : connect()));
    } else if (message !== undefined) {
      stop();
      listener.onGone();
    }
  }

  function retry(): void {
    if (stopped) return;
    failedAttempts += 1;
    listener.onState('lost');
    clearTimeout(timer);
    timer = setTimeout(connect, backOffMs(failedAttempts));
  }

  /** The network is back, or the tab is looked at again: waiting out the back-off would only look broken. */
  function hurry(): void {
    if (document.visibilityState === 'visible' && socket?.readyState !== WebSocket.OPEN) connect();
  }

  function dropSocket(): void {
    const old = socket;
    socket = undefined;
    old?.close();
  }

  function stop(): void {
    stopped = true;
    clearTimeout(timer);
    removeEventListener('online', connect);
    document.removeEventListener('visibilitychange', hurry);
    dropSocket();
  }

  // A connection whose network has gone can look open for minutes, so that this one is always made anew.
  addEventListener('online', connect);
  document.addEventListener('visibilitychange', hurry);
  connect();
  return stop;
}

function addressOf(path: string): string {
  const address = new URL(path, location.href);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  return address.href;
}

function parse(data: unknown): LiveMessage | undefined {
  try {
    return liveMessage.parse(JSON.parse(String(data)));
  } catch {
    return undefined;
  }
}
