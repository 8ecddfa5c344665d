import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A network between a client and a server, that can be taken away in the ways that networks are. */
export interface TcpLink {
  readonly port: number;
  /** Breaks all connections and takes no new one. */
  refuse(): Promise<void>;
  /** Keeps all connections and takes new ones, but nothing passes any more. */
  hang(): void;
  /** Works again. What hung is broken, as after a restart. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

export async function startTcpLink(to: { readonly host: string; readonly port: number }): Promise<TcpLink> {
  const sockets = new Set<Socket>();
  let hanging = false;
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;

  async function listen(onPort: number): Promise<Server> {
    const listening = createServer(pass).listen(onPort, '127.0.0.1');
    await once(listening, 'listening');
    return listening;
  }

  function pass(client: Socket): void {
    keep(client);
    if (hanging) return;
    const upstream = keep(connect(to));
    client.pipe(upstream);
    upstream.pipe(client);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  }

  function keep(socket: Socket): Socket {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // What breaks here is what a test broke.
    socket.on('error', () => undefined);
    return socket;
  }

  function breakAll(): void {
    for (const socket of sockets) socket.destroy();
  }

  async function refuse(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    breakAll();
    await closed;
  }

  return {
    port,
    refuse,
    hang() {
      hanging = true;
      for (const socket of sockets) {
        socket.unpipe();
        socket.pause();
      }
    },
    async restore() {
      if (hanging) breakAll();
      hanging = false;
      if (!server.listening) server = await listen(port);
    },
    close: refuse,
  };
}
