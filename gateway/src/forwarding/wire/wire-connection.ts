import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Exchange, Phase, type UpstreamCall } from '../../exchange.ts';
import type { Answer } from '../answer.ts';
import { type Failure, failureBeforeHead, failures } from '../failure.ts';
import { AnswerParser, type AnswerParts, MalformedAnswer } from './answer-parser.ts';

export interface WireTarget {
  readonly hostname: string;
  readonly port: number;
  readonly secure: boolean;
  readonly servername: string;
}

export interface WireOwner {
  readonly answer: Answer;
  readonly clock: { readonly now: number };
  /** The connection is free for another exchange. */
  released(connection: WireConnection): void;
  closed(connection: WireConnection): void;
  /** The exchange failed, at a moment in which `resendable` says whether it may be sent once more. */
  failed(exchange: Exchange, failure: Failure, resendable: boolean): void;
}

const maxHeadBytes = 65_536;

/** Up to here, copying a body into one write with its head costs less than a second buffer in the write does. */
const oneWriteMaxBytes = 16_384;

/**
 * All connections read into one buffer, as what they read is passed on or copied before the next read: a buffer of 64 KB
 * for each read was a tenth of what an exchange cost.
 */
const readBuffer = Buffer.allocUnsafeSlow(65_536);

/**
 * One connection to an upstream, carrying one exchange at a time, without pipelining. It is the exchange's call, the
 * parser's sink and the socket's reader in one object, because each of them would be another one for every request.
 */
export class WireConnection implements UpstreamCall, AnswerParts {
  readonly #owner: WireOwner;
  readonly #secure: boolean;
  readonly #socket: Socket;
  readonly #parser: AnswerParser;
  #exchange: Exchange | undefined = undefined;
  #error: Error | undefined = undefined;
  #connected = false;
  #paused = false;
  #used = false;
  /** The head of a request whose body hasn't begun: the two leave together where they came together. */
  #unsent = '';
  /** What is still to come of the request's body. */
  #bodyLeft = 0;
  idleSince = 0;

  constructor(target: WireTarget, owner: WireOwner) {
    this.#owner = owner;
    this.#secure = target.secure;
    this.#parser = new AnswerParser(this, maxHeadBytes);
    this.#socket = this.#open(target);
    this.#socket.once(target.secure ? 'secureConnect' : 'connect', () => this.#onConnect());
    this.#socket.on('end', () => this.#onEnd());
    this.#socket.on('drain', () => this.#resumeRequest());
    this.#socket.on('error', (error) => {
      this.#error = error;
    });
    this.#socket.on('close', () => this.#onClose());
  }

  get usable(): boolean {
    return !this.#socket.destroyed && this.#socket.writable;
  }

  /** How long the upstream keeps it when idle, as far as it said. */
  get keepAliveMs(): number | undefined {
    return this.#parser.keepAliveMs;
  }

  send(exchange: Exchange, head: string): void {
    this.#begin(exchange);
    this.#socket.write(head, 'latin1');
  }

  /** Sends a request whose body follows, by `sendBody`. */
  sendSized(exchange: Exchange, head: string, bodyLength: number): void {
    this.#begin(exchange);
    this.#bodyLeft = bodyLength;
    this.#unsent = head;
    // A body that lets wait for itself doesn't hold the head up.
    setImmediate(flushHead, this);
  }

  /** False if the upstream takes no more for now. Drops what comes when the exchange is no longer here. */
  sendBody(exchange: Exchange, chunk: Buffer): boolean {
    const socket = this.#socket;
    if (exchange !== this.#exchange || !socket.writable) return true;
    this.#bodyLeft -= chunk.length;
    const head = this.#unsent;
    this.#unsent = '';
    if (head === '') {
      socket.write(chunk);
    } else if (chunk.length <= oneWriteMaxBytes) {
      socket.write(head + chunk.toString('latin1'), 'latin1');
    } else {
      socket.cork();
      socket.write(head, 'latin1');
      socket.write(chunk);
      socket.uncork();
    }
    return socket.writableLength < socket.writableHighWaterMark;
  }

  flushHead(): void {
    if (this.#unsent === '' || !this.#socket.writable) return;
    this.#socket.write(this.#unsent, 'latin1');
    this.#unsent = '';
  }

  #begin(exchange: Exchange): void {
    this.#exchange = exchange;
    exchange.call = this;
    exchange.phase = this.#connected ? Phase.waiting : Phase.connecting;
    exchange.progressAt = this.#owner.clock.now;
    this.#parser.begin(exchange.method);
  }

  cancel(): void {
    this.#exchange = undefined;
    this.#socket.destroy();
  }

  pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  information(status: number, rawHeaders: string[]): void {
    if (this.#exchange !== undefined) this.#owner.answer.information(this.#exchange, status, rawHeaders);
  }

  head(status: number, reason: string, rawHeaders: string[]): void {
    if (this.#exchange !== undefined) this.#owner.answer.head(this.#exchange, status, reason, rawHeaders);
  }

  body(chunk: Buffer): void {
    if (this.#exchange !== undefined) this.#owner.answer.lentBody(this.#exchange, chunk);
  }

  end(rawTrailers: string[]): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    this.#exchange = undefined;
    this.#used = true;
    if (this.#paused) this.resume();
    this.#owner.answer.end(exchange, rawTrailers);
    // The answer came before the whole request had been sent. What is left of it interests nobody.
    if (this.#bodyLeft > 0) resumeBody(exchange);
  }

  #open({ hostname: host, port, servername }: WireTarget): Socket {
    if (this.#secure) {
      const socket = connectTls({ host, port, servername, ALPNProtocols: ['http/1.1'] });
      socket.setNoDelay(true);
      return socket.on('data', (data: Buffer) => this.#onData(data));
    }
    return connectTcp({
      host,
      port,
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback: (bytes) => {
          this.#onData(readBuffer.subarray(0, bytes));
          return !this.#paused;
        },
      },
    });
  }

  #onConnect(): void {
    this.#connected = true;
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    exchange.phase = Phase.waiting;
    exchange.progressAt = this.#owner.clock.now;
  }

  #onData(data: Buffer): void {
    if (this.#exchange === undefined) {
      // Nobody asked. To take it for the next request's answer would give one client what is another's.
      this.#socket.destroy();
      return;
    }
    let beyond: number;
    try {
      beyond = this.#parser.feed(data);
    } catch (error) {
      if (!(error instanceof MalformedAnswer)) throw error;
      this.#fail(this.#begun() ? failures['body-reset'] : failures['response-malformed']);
      this.#socket.destroy();
      return;
    }
    if (!this.#parser.done) {
      if (this.#exchange !== undefined) this.#owner.answer.flushHead(this.#exchange);
      return;
    }
    if (beyond > 0 || !this.#parser.keepAlive || this.#bodyLeft > 0) this.#socket.destroy();
    else if (this.usable) this.#owner.released(this);
  }

  #resumeRequest(): void {
    const exchange = this.#exchange;
    if (exchange === undefined || !exchange.requestPaused) return;
    exchange.progressAt = this.#owner.clock.now;
    resumeBody(exchange);
  }

  #onEnd(): void {
    if (this.#exchange !== undefined) this.#parser.finish();
  }

  #onClose(): void {
    this.#owner.closed(this);
    if (this.#exchange === undefined) return;
    if (this.#begun()) {
      this.#fail(failures['body-reset']);
      return;
    }
    const named = this.#error === undefined ? failures['response-reset'] : failureBeforeHead(this.#error);
    const handshake = this.#secure && !this.#connected && named.kind === 'response-reset';
    this.#fail(handshake ? failures['tls-failure'] : named);
  }

  #begun(): boolean {
    return this.#exchange?.phase === Phase.answering;
  }

  #fail(failure: Failure): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    this.#exchange = undefined;
    exchange.call = undefined;
    const unread = !this.#parser.started;
    this.#owner.failed(exchange, failure, this.#used && unread && failure.kind === 'response-reset');
  }
}

function flushHead(connection: WireConnection): void {
  connection.flushHead();
}

function resumeBody(exchange: Exchange): void {
  exchange.requestPaused = false;
  exchange.req.resume();
}
