import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { ServerIdentity } from './certificates.ts';

export interface HttpsUpstream {
  readonly port: number;
  /** As the certificate has to name it. */
  readonly url: string;
  /** What was asked, by its head's raw lines and its body. */
  readonly received: { readonly headers: readonly string[]; readonly body: Buffer }[];
  /** TLS connections that were ever made. */
  readonly connections: () => number;
  readonly close: () => Promise<void>;
}

/** Answers with the body that it got, or with its own if there was none, and echoes what comes by WebSocket. */
export async function startHttpsUpstream(identity: ServerIdentity, ownBody: Buffer): Promise<HttpsUpstream> {
  const received: { headers: readonly string[]; body: Buffer }[] = [];
  let connections = 0;
  const server = createServer({ ...identity, keepAliveTimeout: 0 }, (request, response) => {
    void readBody(request).then((body) => {
      received.push({ headers: request.rawHeaders, body });
      response.writeHead(200, 'Fine So Far', ['X-CaSe', 'Kept', 'X-Twice', '1', 'x-twice', '2']);
      response.end(body.length > 0 ? body : ownBody);
    });
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => {
    socket.on('message', (data, binary) => socket.send(data, { binary }));
  });
  server.on('secureConnection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `https://localhost:${port}`,
    received,
    connections: () => connections,
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces);
}
