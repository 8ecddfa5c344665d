import { connect, type Socket } from 'node:net';
import { until } from './until.ts';

export interface RawClient {
  readonly socket: Socket;
  /** What came, one character to a byte. */
  readonly received: string;
  /** The connection has ended; `reset` if not by a proper end. */
  readonly closed: false | 'end' | 'reset';
  send(text: string): void;
  until(text: string | RegExp): Promise<string>;
  untilClosed(): Promise<string>;
}

/** A client that sends bytes as they are written, right or wrong. */
export async function rawClient(port: number): Promise<RawClient> {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  const client = {
    socket,
    received: '',
    closed: false as RawClient['closed'],
    send: (text: string) => void socket.write(text, 'latin1'),
    async until(text: string | RegExp) {
      const found = () =>
        typeof text === 'string' ? client.received.includes(text) : text.test(client.received);
      await until(
        `${text} came, but "${client.received.slice(0, 300)}"`,
        () => found() || client.closed !== false,
      );
      if (!found())
        throw new Error(`closed (${client.closed}) before ${text} came: "${client.received.slice(0, 300)}"`);
      return client.received;
    },
    async untilClosed() {
      await until('the connection closed', () => client.closed !== false);
      return client.received;
    },
  };
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    client.received += text;
  });
  socket.on('end', () => {
    client.closed = 'end';
    socket.end();
  });
  socket.on('error', () => {
    client.closed = 'reset';
  });
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return client;
}

/** Sends one request and reads until the connection closes. */
export async function exchangeRaw(port: number, request: string): Promise<RawClient> {
  const client = await rawClient(port);
  client.send(request);
  await client.untilClosed();
  return client;
}
