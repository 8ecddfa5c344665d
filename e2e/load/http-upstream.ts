import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HttpUpstream {
  readonly url: string;
  /** Requests whose head has arrived, since the start. */
  readonly requests: () => number;
  /** Open now. It never closes one by itself. */
  readonly connections: () => Promise<number>;
  readonly close: () => Promise<void>;
}

/** An upstream that takes any number of connections at once and keeps them as long as the gateway wants them. */
export async function startHttpUpstream(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<HttpUpstream> {
  let requests = 0;
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    requests += 1;
    request.on('error', () => undefined);
    answer(request, response);
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 });
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    connections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Says what it was asked, so that a client can tell that this is the answer to its own request. */
export function answerEcho(request: IncomingMessage, response: ServerResponse): void {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', () => response.end(echoOf(request.method, request.url, Buffer.concat(pieces))));
}

export function echoOf(method = '', target = '', body: Buffer | string = ''): string {
  return `${method} ${target} ${body}`;
}
