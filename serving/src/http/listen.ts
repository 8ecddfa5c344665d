import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly handler: RequestListener;
  /** Upgrades that are not wanted are answered as ordinary requests (RFC 9110 §7.8). */
  readonly shouldUpgradeCallback: Parameters<typeof createServer>[0]['shouldUpgradeCallback'];
  /** Before the first connection is taken. */
  readonly beforeListening: (server: Server) => void;
}

export interface Listening {
  readonly server: Server;
  readonly port: number;
  /** Takes no more connections, lets requests in flight finish, and breaks those that take longer than `withinMs`. */
  close(withinMs: number): Promise<void>;
}

/** @throws the system's error, as when the port is taken */
export async function listen(options: ListenOptions): Promise<Listening> {
  let closing = false;
  const inFlight = new Set<ServerResponse>();
  const server = createServer(
    {
      // Longer than proxies keep an idle connection: the one that closes it first must be the one that knows it is idle.
      keepAliveTimeout: 75_000,
      headersTimeout: 60_000,
      requestTimeout: 300_000,
      shouldUpgradeCallback: options.shouldUpgradeCallback,
    },
    (request, response) => {
      inFlight.add(response);
      response.once('close', () => {
        inFlight.delete(response);
        // A stream of events has promised to keep its connection alive, long before it was ended.
        if (closing) setImmediate(() => server.closeIdleConnections());
      });
      if (closing) announceClose(response);
      options.handler(request, response);
    },
  );
  options.beforeListening(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    server,
    port: (server.address() as AddressInfo).port,
    async close(withinMs) {
      closing = true;
      for (const response of inFlight) announceClose(response);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const deadline = setTimeout(() => server.closeAllConnections(), withinMs);
      await closed;
      clearTimeout(deadline);
    },
  };
}

/** Said in the answer, so that the client sends no next request into a connection that is about to close. */
function announceClose(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('connection', 'close');
}
