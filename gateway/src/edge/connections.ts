import type { BlockList, Socket } from 'node:net';
import type { Exchange } from '../exchange.ts';

/** What is known of a client's connection for as long as it lasts. */
export interface ClientConnection {
  readonly socket: Socket;
  readonly address: string;
  /** Whether the plan trusts what this peer says about the way a request came. */
  readonly trusted: boolean;
  /** More than one where the client pipelines. */
  readonly exchanges: Set<Exchange>;
}

export interface Connections {
  of(socket: Socket): ClientConnection;
  all(): ReadonlySet<ClientConnection>;
}

/** Follows every client connection; `onGone` hears of each exchange that a closing connection leaves behind. */
export function followConnections(
  trustedProxies: BlockList,
  onGone: (exchange: Exchange) => void,
): Connections {
  const bySocket = new WeakMap<Socket, ClientConnection>();
  const open = new Set<ClientConnection>();

  function register(socket: Socket): ClientConnection {
    const address = plainAddress(socket.remoteAddress ?? '');
    const trusted = address !== '' && trustedProxies.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
    const connection: ClientConnection = { socket, address, trusted, exchanges: new Set() };
    bySocket.set(socket, connection);
    open.add(connection);
    socket.once('close', () => {
      open.delete(connection);
      for (const exchange of connection.exchanges) onGone(exchange);
      connection.exchanges.clear();
    });
    return connection;
  }

  return {
    of: (socket) => bySocket.get(socket) ?? register(socket),
    all: () => open,
  };
}

/** IPv4 clients of a dual-stack socket appear as `::ffff:192.0.2.1`. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}
