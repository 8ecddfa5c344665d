import type { Socket } from 'node:net';
import type { Exchange } from '../../exchange.ts';
import type { ClientAnswer, ClientRequest } from '../client-exchange.ts';
import { answerHeadStart, fieldLine, informationHead } from './answer-head.ts';
import { type PlainHead, readPlainHead } from './request-head.ts';

export interface WireClientOwner {
  /** A head that is longer is Node's to refuse. */
  readonly maxHeadBytes: number;
  /** What an answer says of a connection that is kept. */
  readonly keepAliveLines: string;
  readonly clock: { readonly now: number };
  begin(client: WireClient): Exchange;
  run(exchange: Exchange): void;
  /** The client has its answer, all of it. */
  settle(exchange: Exchange): void;
  /** Gives the connection to Node's HTTP server for the rest of its life. Its unread bytes are in the socket. */
  handOver(socket: Socket): void;
  /** Bytes came behind a request that had said that it was the last. */
  refuseMore(socket: Socket): void;
  gone(client: WireClient): void;
}

/** How much of the next requests waits here, as text and copied, until their turn comes. */
const heldMaxBytes = 16_384;

/** Up to here, copying a body into one write with what frames it costs less than several writes do. */
const oneWriteMaxBytes = 16_384;

/**
 * A client's connection for as long as it brings plain requests, one after the other. It is the request and the answer of
 * each of them, because both would be other objects for every request. With the first bytes that are anything else it
 * leaves the connection to Node's HTTP server.
 */
export class WireClient implements ClientRequest, ClientAnswer {
  readonly socket: Socket;
  readonly #owner: WireClientOwner;
  #exchange: Exchange | undefined = undefined;
  #held: Buffer | undefined = undefined;
  #before: PlainHead | undefined = undefined;
  #onDrained: ((exchange: Exchange) => void) | undefined = undefined;
  /** Since when it waits for a request, on the watch's clock. */
  idleSince: number;
  used = false;

  method = '';
  url = '';
  rawHeaders: readonly string[] = [];
  readonly httpVersionMinor = 1;
  /** A plain request has no body. */
  readonly complete = true;
  /** Whether the client's own words allow another request. */
  #mayFollow = true;

  shouldKeepAlive = true;
  sendDate = true;
  headersSent = false;
  writableFinished = false;
  /** Of the head or of a body's part; leaves with what comes next. */
  #unsent = '';
  #bodiless = false;
  #chunked = false;
  #trailers = '';

  constructor(socket: Socket, owner: WireClientOwner) {
    this.socket = socket;
    this.#owner = owner;
    this.idleSince = performance.now();
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('drain', this.#onDrain);
    socket.on('error', this.#onError);
    socket.on('close', this.#onClose);
  }

  get destroyed(): boolean {
    return this.socket.destroyed;
  }

  get idle(): boolean {
    return this.#exchange === undefined && this.#held === undefined;
  }

  resume(): void {}

  writeContinue(): void {
    this.writeInformation(100, []);
  }

  writeInformation(status: number, headers: string[]): void {
    const head = informationHead(status, headers);
    if (this.socket.writable) this.socket.write(head, 'latin1');
  }

  takeHead(status: number, reason: string, headers: string[]): void {
    let head = answerHeadStart(status, reason, headers);
    let sized = false;
    let dated = false;
    for (let i = 0; i < headers.length; i += 2) {
      const name = headers[i] ?? '';
      if (name.length === 14) sized ||= name.toLowerCase() === 'content-length';
      else if (name.length === 4) dated ||= name.toLowerCase() === 'date';
    }
    if (this.sendDate && !dated) head += `Date: ${new Date().toUTCString()}\r\n`;
    head += this.shouldKeepAlive ? this.#owner.keepAliveLines : 'Connection: close\r\n';
    this.#bodiless = this.method === 'HEAD' || status === 204 || status === 304;
    this.#chunked = !this.#bodiless && !sized;
    if (this.#chunked) head += 'Transfer-Encoding: chunked\r\n';
    this.#unsent = `${head}\r\n`;
    this.headersSent = true;
  }

  addTrailers(pairs: readonly [string, string][]): void {
    let trailers = '';
    for (const [name, value] of pairs) trailers += fieldLine(name, value);
    this.#trailers = trailers;
  }

  sendHead(): void {
    const head = this.#takeUnsent();
    if (head !== '' && this.socket.writable) this.socket.write(head, 'latin1');
  }

  write(chunk: Buffer): boolean {
    if (this.#bodiless || chunk.length === 0) return true;
    if (!this.socket.writable) return false;
    const before = this.#takeUnsent();
    if (this.#chunked) this.#put(`${before}${chunk.length.toString(16)}\r\n`, chunk, '\r\n');
    else this.#put(before, chunk, '');
    return this.socket.writableLength < this.socket.writableHighWaterMark;
  }

  end(chunk?: Buffer | string): void {
    const { socket } = this;
    // It has been ended by the client, or broken: its `close` tells the rest.
    if (!socket.writable) return;
    if (typeof chunk === 'string' && !this.#chunked) {
      socket.write(this.#takeUnsent() + (this.#bodiless ? '' : chunk), 'latin1');
    } else {
      if (chunk !== undefined) this.write(typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk);
      const rest = this.#takeUnsent() + (this.#chunked ? `0\r\n${this.#trailers}\r\n` : '');
      if (rest !== '') socket.write(rest, 'latin1');
    }
    if (socket.writableLength === 0) this.#finish();
    else socket.write('', 'latin1', this.#onFlushed);
  }

  heedDrain(onDrain: (exchange: Exchange) => void): void {
    this.#onDrained = onDrain;
  }

  #put(before: string, chunk: Buffer, after: string): void {
    const { socket } = this;
    if (before === '' && after === '') {
      socket.write(chunk);
    } else if (chunk.length <= oneWriteMaxBytes) {
      socket.write(before + chunk.toString('latin1') + after, 'latin1');
    } else {
      socket.cork();
      socket.write(before, 'latin1');
      socket.write(chunk);
      if (after !== '') socket.write(after, 'latin1');
      socket.uncork();
    }
  }

  #takeUnsent(): string {
    const unsent = this.#unsent;
    this.#unsent = '';
    return unsent;
  }

  readonly #onFlushed = (error?: Error | null): void => {
    if (error === undefined || error === null) this.#finish();
  };

  #finish(): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    this.writableFinished = true;
    this.#exchange = undefined;
    this.idleSince = this.#owner.clock.now;
    this.#owner.settle(exchange);
    if (!this.shouldKeepAlive) {
      this.#leave();
      this.socket.destroySoon();
    } else if (this.#held !== undefined) {
      // Not at once: the upstream's connection may be in the middle of ending this exchange.
      setImmediate(takeHeld, this);
    }
  }

  /** Looks at what came while an answer was under way. */
  takeHeld(): void {
    const bytes = this.#held;
    this.#held = undefined;
    if (bytes === undefined || !this.socket.writable) return;
    this.socket.resume();
    this.#take(bytes);
  }

  readonly #onData = (bytes: Buffer): void => {
    if (this.#exchange === undefined && this.#held === undefined) this.#take(bytes);
    else this.#hold(bytes);
  };

  #take(bytes: Buffer): void {
    const head = bytes.length < this.#owner.maxHeadBytes ? readPlainHead(bytes, this.#before) : undefined;
    if (head === undefined) {
      this.#handOver(bytes);
      return;
    }
    this.#before = head;
    this.method = head.method;
    this.url = head.target;
    this.rawHeaders = head.rawHeaders;
    this.#mayFollow = head.keepAlive;
    this.shouldKeepAlive = head.keepAlive;
    this.sendDate = true;
    this.headersSent = false;
    this.writableFinished = false;
    this.#unsent = '';
    this.#trailers = '';
    this.#onDrained = undefined;
    this.used = true;
    // Known before it runs: a refusal is answered within.
    this.#exchange = this.#owner.begin(this);
    this.#owner.run(this.#exchange);
  }

  #hold(bytes: Buffer): void {
    if (!this.#mayFollow) {
      // Nothing but line ends may follow a last request.
      if (bytes.some((byte) => byte !== 0x0d && byte !== 0x0a)) this.#owner.refuseMore(this.socket);
      return;
    }
    this.#held = this.#held === undefined ? bytes : Buffer.concat([this.#held, bytes]);
    if (this.#held.length > heldMaxBytes) this.socket.pause();
  }

  #handOver(bytes: Buffer): void {
    const { socket } = this;
    this.#leave();
    socket.off('error', this.#onError);
    socket.pause();
    socket.unshift(bytes);
    this.#owner.handOver(socket);
    socket.resume();
  }

  #leave(): void {
    const { socket } = this;
    socket.off('data', this.#onData);
    socket.off('end', this.#onEnd);
    socket.off('drain', this.#onDrain);
    socket.off('close', this.#onClose);
    this.#owner.gone(this);
  }

  /** A client that ends its side takes no answer any more, as Node's server has it. */
  readonly #onEnd = (): void => {
    this.socket.end();
  };

  readonly #onDrain = (): void => {
    if (this.#exchange !== undefined) this.#onDrained?.(this.#exchange);
  };

  /** The socket closes itself, and `close` deals with what it leaves behind. */
  readonly #onError = (): void => {};

  readonly #onClose = (): void => {
    this.#owner.gone(this);
  };
}

function takeHeld(client: WireClient): void {
  client.takeHeld();
}
