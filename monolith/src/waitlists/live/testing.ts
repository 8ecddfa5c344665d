import { createServer } from 'node:http';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import { type LiveMessage, liveMessage } from '@banyan/contracts';
import { createLog } from '@banyan/serving';
import { eventually } from '@banyan/serving/testing';
import type { Knex } from 'knex';
import { WebSocket } from 'ws';
import { attachLive, type Live, upgradesToWebSocket } from './attach-live.ts';
import type { ChangeFeed } from './change-feed.ts';

export interface LiveServer {
  readonly live: Live;
  readonly port: number;
  close(): Promise<void>;
}

/** Boards on a server of their own. A user's id stands for their token: what a token is, is the business of auth. */
export async function serveLive(options: {
  readonly db: Knex;
  readonly feed: ChangeFeed;
  readonly isEnded: () => boolean;
  readonly followWithinMs?: number;
  readonly checkEveryMs?: number;
}): Promise<LiveServer> {
  const { isEnded, ...others } = options;
  const server = createServer({ shouldUpgradeCallback: upgradesToWebSocket }, (_, response) =>
    response.end('plain'),
  );
  const live = attachLive(server, {
    ...others,
    readAccessToken: async (token) =>
      isEnded() || token === 'forged' ? undefined : { userId: token, sessionId: token },
    log: createLog('test', 'silent'),
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    live,
    port: (server.address() as AddressInfo).port,
    async close() {
      await live.drain();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface Board {
  readonly socket: WebSocket;
  /** Every message so far. */
  readonly messages: readonly LiveMessage[];
  /** The next message that was not yet asked for, once it is there. */
  readonly next: () => Promise<LiveMessage>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

export async function connectBoard(port: number, options: { autoPong?: boolean } = {}): Promise<Board> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/live`, options);
  const messages: LiveMessage[] = [];
  socket.on('message', (data) => messages.push(liveMessage.parse(JSON.parse(data.toString()))));
  socket.on('error', () => undefined);
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() })),
  );
  await new Promise((resolve) => socket.once('open', resolve));
  let asked = 0;
  return {
    socket,
    messages,
    closed,
    next() {
      const index = asked;
      asked += 1;
      return eventually(() => messages[index]);
    },
  };
}

export function follow(board: Board, accessToken: string, waitlistId: string): void {
  board.socket.send(JSON.stringify({ type: 'follow', accessToken, waitlistId }));
}

export function namesOf(message: LiveMessage): string[] {
  return message.type === 'board' ? message.waitees.map((waitee) => `${waitee.name} ${waitee.status}`) : [];
}

/** Asks for an upgrade by hand. @returns all that came until the server closed the connection */
export async function bareUpgrade(port: number, target: string, protocol = 'websocket'): Promise<string> {
  const socket = connectTcp(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(
    `GET ${target} HTTP/1.1\r\nhost: x\r\nconnection: upgrade, close\r\nupgrade: ${protocol}\r\n` +
      'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await closed;
  return Buffer.concat(chunks).toString();
}
