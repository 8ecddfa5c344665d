import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Side } from './history.ts';

export interface SidedUpstream {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** An upstream that says which side it is, in every answer. */
export async function startSidedUpstream(side: Side): Promise<SidedUpstream> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'text/plain' }).end(side);
    });
  });
  // Longer than a test: the gateway's pooled connections stay.
  server.keepAliveTimeout = 600_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
