import { createRequire } from 'node:module';
import type { buildConnector } from 'undici';

const createUndiciConnector: typeof buildConnector = createRequire(import.meta.url)(
  'undici/lib/core/connect.js',
);

/**
 * Opens undici's connections, and sees to it that a reset is a failure. To undici, an answer without a length that ends
 * in `ECONNRESET` is whole; it is not: an upstream that has sent all closes its connection in order.
 */
export function createConnector(connectMs: number): buildConnector.connector {
  const connect = createUndiciConnector({ timeout: connectMs, allowH2: false });
  return (options, callback) => {
    connect(options, (...[error, socket]) => {
      if (error !== null) {
        callback(error, null);
        return;
      }
      // Before undici's own listener, which is added once it has the socket.
      socket.prependListener('error', renameReset);
      callback(null, socket);
    });
  };
}

function renameReset(error: NodeJS.ErrnoException): void {
  if (error.code === 'ECONNRESET') error.code = 'UPSTREAM_RESET';
}
