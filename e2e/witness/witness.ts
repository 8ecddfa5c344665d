/**
 * An upstream that does exactly what a test tells it, down to the byte, and remembers exactly what it was sent.
 * On bare sockets: an HTTP library at this end would repair, on both ways, what the tests are there to see.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type Framing, type Head, type Header, requestFraming } from '../http/message.ts';
import { createMessageReader } from '../http/message-reader.ts';

export interface WitnessedRequest {
  readonly head: Head;
  readonly framing: Framing['kind'];
  /** Whole by the time that `WitnessExchange.received` resolves. */
  readonly body: Buffer;
  readonly trailers: readonly Header[];
}

/** One request, from its head until the witness is done with it or its connection is gone. */
export interface WitnessExchange {
  readonly head: Head;
  /** For tests that pause it or write with its back-pressure. */
  readonly socket: Socket;
  /** Resolves once the request has arrived whole; never, if it doesn't. */
  readonly received: Promise<WitnessedRequest>;
  /** Resolves once the gateway has gone away from, or was answered on, this connection. */
  readonly closed: Promise<void>;
  readonly write: (bytes: Buffer | string) => void;
  /** The answer is whole: the connection may carry the next request. */
  readonly finish: () => void;
  /** Closes after all that was written: how an answer without a length ends. */
  readonly end: () => void;
  /** Closes with a reset, and may lose what was written. */
  readonly reset: () => void;
}

export interface Witness {
  readonly port: number;
  readonly url: string;
  /** Requests that were begun and neither answered nor given up. */
  readonly openExchanges: () => number;
  readonly close: () => Promise<void>;
}

export interface WitnessOptions {
  /** Called at each request's head. What it throws is a fault of the test, and ends the exchange. */
  readonly answer: (exchange: WitnessExchange) => void | Promise<void>;
  /** Called with each piece of a body. Where it is given, bodies are not kept. */
  readonly onBodyBytes?: (bytes: Buffer) => void;
}

export async function startWitness(options: WitnessOptions): Promise<Witness> {
  const open = new Set<object>();
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, options, open);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    port,
    url: `http://127.0.0.1:${port}`,
    openExchanges: () => open.size,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function serve(socket: Socket, options: WitnessOptions, open: Set<object>): void {
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  let current: {
    head: Head;
    framing: Framing['kind'];
    pieces: Buffer[];
    whole: (request: WitnessedRequest) => void;
  };

  const reader = createMessageReader({
    onHead(head) {
      const framing = requestFraming(head);
      const { promise: received, resolve: whole } = Promise.withResolvers<WitnessedRequest>();
      current = { head, framing: framing.kind, pieces: [], whole };
      const exchange = createExchange(socket, head, received, closed, open);
      Promise.resolve(options.answer(exchange)).catch((error: unknown) => {
        socket.destroy(error instanceof Error ? error : new Error(String(error)));
      });
      return framing;
    },
    onData(bytes) {
      if (options.onBodyBytes) options.onBodyBytes(bytes);
      else current.pieces.push(bytes);
    },
    onEnd(trailers) {
      const { head, framing, pieces, whole } = current;
      whole({ head, framing, body: Buffer.concat(pieces), trailers });
    },
  });
  socket.on('data', (bytes) => {
    try {
      reader.read(bytes);
    } catch (error) {
      // What reached an upstream must be well-formed: answered so that a comparison shows it.
      socket.end(
        `HTTP/1.1 400 Malformed Upstream Request\r\nContent-Length: 0\r\nX-Why: ${String(error)}\r\n\r\n`,
      );
    }
  });
}

function createExchange(
  socket: Socket,
  head: Head,
  received: Promise<WitnessedRequest>,
  closed: Promise<void>,
  open: Set<object>,
): WitnessExchange {
  const key = {};
  open.add(key);
  const finish = () => {
    open.delete(key);
  };
  void closed.then(finish);
  return {
    head,
    socket,
    received,
    closed,
    write: (bytes) => void socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes),
    finish,
    end() {
      finish();
      socket.end();
    },
    reset() {
      finish();
      socket.resetAndDestroy();
    },
  };
}
