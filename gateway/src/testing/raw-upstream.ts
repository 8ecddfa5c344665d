import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

export interface RawUpstream {
  readonly port: number;
  readonly server: Server;
  /** All bytes of all connections, one character to a byte. */
  readonly received: string;
  readonly sockets: ReadonlySet<Socket>;
  readonly connections: number;
  /** Whole request heads so far. */
  readonly requests: number;
  close(): Promise<void>;
}

/** An upstream that answers with bytes as they are written. `onHead` runs for each request head that arrives. */
export async function rawUpstream(
  onHead: (socket: Socket, head: string, nth: number) => void,
): Promise<RawUpstream> {
  const sockets = new Set<Socket>();
  const state = { received: '', connections: 0, requests: 0 };
  const server = createServer((socket) => {
    state.connections += 1;
    sockets.add(socket);
    let pending = '';
    socket.setEncoding('latin1');
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (text: string) => {
      state.received += text;
      pending += text;
      for (let end = pending.indexOf('\r\n\r\n'); end !== -1; end = pending.indexOf('\r\n\r\n')) {
        const head = pending.slice(0, end + 4);
        pending = pending.slice(end + 4);
        // What stands before it is the body of the request before.
        if (!/[A-Z]+ \S+ HTTP\/1/.test(head)) continue;
        state.requests += 1;
        onHead(socket, head, state.requests);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    server,
    sockets,
    get received() {
      return state.received;
    },
    get connections() {
      return state.connections;
    },
    get requests() {
      return state.requests;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
