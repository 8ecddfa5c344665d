import { answerRefusal, refusalOfStatus } from '../edge/refusal.ts';
import { type Exchange, Phase } from '../exchange.ts';
import { type Failure, failures } from './failure.ts';
import { answerHead, answerHeaders, removeNamed, trailerPairs } from './headers.ts';

type RawHeaders = readonly string[];

/** Takes an upstream's answer in its parts and passes each on to the client as it comes. */
export interface Answer {
  information(exchange: Exchange, status: number, raw: RawHeaders): void;
  head(exchange: Exchange, status: number, reason: string, raw: RawHeaders): void;
  /**
   * Sends the head alone, if nothing of the body came with it. Head and body nearly always come in one packet and leave in
   * one; a body that lets wait for itself doesn't hold the head up.
   */
  flushHead(exchange: Exchange): void;
  body(exchange: Exchange, chunk: Buffer): void;
  /** The same, of bytes that will be overwritten after the call. */
  lentBody(exchange: Exchange, chunk: Buffer): void;
  end(exchange: Exchange, rawTrailers: RawHeaders): void;
  /** The answer will not come, or not whole. Cancels what is left of the call. */
  fail(exchange: Exchange, failure: Failure): void;
}

export interface AnswerDeps {
  readonly clock: { readonly now: number };
  readonly isDraining: () => boolean;
  readonly onBegun: (exchange: Exchange) => void;
  /** Told of the bytes of each part of a body that is not small. */
  readonly onBytes: (bytes: number) => void;
}

/** Up to here, copying a body into one write with its head costs less than a second buffer in the write does. */
const oneWriteMaxBytes = 16_384;

export function createAnswer({ clock, isDraining, onBegun, onBytes }: AnswerDeps): Answer {
  function information(exchange: Exchange, status: number, raw: RawHeaders): void {
    // An upstream can't put off its answer by these: the wait for the first byte goes on.
    // HTTP/1.0 has no interim answers. 100 has its own way, for it belongs to the request's body.
    if (status <= 101 || exchange.req.httpVersionMinor === 0 || exchange.res.headersSent) return;
    try {
      exchange.res.writeInformation(status, answerHeaders(raw));
    } catch {
      refuseToWrite(exchange);
    }
  }

  function head(exchange: Exchange, status: number, reason: string, raw: RawHeaders): void {
    const { res } = exchange;
    const { headers, contentLength, eventStream, announcesTrailers } = answerHead(raw);
    if (status < 200) {
      fail(exchange, failures['response-malformed']);
      return;
    }
    exchange.phase = Phase.answering;
    onBegun(exchange);
    exchange.progressAt = clock.now;
    exchange.status = status;
    exchange.bytesLeft = isBodiless(exchange.method, status) ? -1 : contentLength;
    exchange.eventStream = eventStream;
    if (exchange.choice?.side === 'service') dropServiceHeaders(exchange, headers);
    // Only a chunked body can be followed by trailers; Node refuses to announce them elsewhere.
    if (announcesTrailers && !isChunked(exchange, contentLength)) removeNamed(headers, ['trailer']);
    if (isDraining()) res.shouldKeepAlive = false;
    // The upstream's Date is the answer's; without one the client gets none either.
    res.sendDate = false;
    try {
      res.takeHead(status, reason, headers);
    } catch {
      refuseToWrite(exchange);
    }
  }

  /** What Node refuses to write (control characters, names that are none), parsers of answers let through. */
  function refuseToWrite(exchange: Exchange): void {
    fail(exchange, failures[exchange.headSent ? 'body-reset' : 'response-malformed']);
  }

  function lentBody(exchange: Exchange, chunk: Buffer): void {
    // What is written as text has been copied by that.
    const asText =
      !exchange.headSent && exchange.bytesLeft === chunk.length && chunk.length <= oneWriteMaxBytes;
    body(exchange, asText ? chunk : Buffer.from(chunk));
  }

  function body(exchange: Exchange, chunk: Buffer): void {
    const { res, call } = exchange;
    exchange.progressAt = clock.now;
    const alone = !exchange.headSent;
    if (chunk.length > oneWriteMaxBytes) onBytes(chunk.length);
    exchange.headSent = true;
    if (exchange.bytesLeft >= 0) {
      exchange.bytesLeft -= chunk.length;
      if (exchange.bytesLeft === 0) {
        exchange.answered = true;
        if (alone && chunk.length <= oneWriteMaxBytes) res.end(chunk.toString('latin1'), 'latin1');
        else res.end(chunk);
        return;
      }
    }
    if (!res.write(chunk) && !exchange.answerPaused) {
      if (!exchange.drainHeard) {
        exchange.drainHeard = true;
        res.heedDrain(onDrain);
      }
      exchange.answerPaused = true;
      call?.pause();
    }
  }

  function onDrain(exchange: Exchange): void {
    if (!exchange.answerPaused) return;
    exchange.answerPaused = false;
    exchange.progressAt = clock.now;
    exchange.call?.resume();
  }

  function end(exchange: Exchange, rawTrailers: RawHeaders): void {
    exchange.call = undefined;
    if (exchange.answered) return;
    if (exchange.bytesLeft > 0) {
      fail(exchange, failures['body-reset']);
      return;
    }
    exchange.answered = true;
    exchange.headSent = true;
    exchange.progressAt = clock.now;
    try {
      if (rawTrailers.length > 0) exchange.res.addTrailers(trailerPairs(rawTrailers));
      exchange.res.end();
    } catch {
      refuseToWrite(exchange);
    }
  }

  function fail(exchange: Exchange, failure: Failure): void {
    if (exchange.phase === Phase.done || exchange.failure !== undefined) return;
    exchange.failure = failure;
    exchange.call?.cancel();
    exchange.call = undefined;
    const { res, connection } = exchange;
    if (connection.socket.destroyed) return;
    if (res.headersSent || failure.kind === 'client-aborted') {
      // An end, in whichever framing, would make half an answer look whole. A reset never does, not even where the end
      // of the connection is the end of the body.
      connection.socket.resetAndDestroy();
      return;
    }
    exchange.answered = true;
    answerRefusal(exchange, refusalOfStatus(failure.status));
    exchange.req.resume();
  }

  return { information, head, flushHead, body, lentBody, end, fail };
}

function flushHead(exchange: Exchange): void {
  if (exchange.headSent || exchange.phase !== Phase.answering || exchange.res.destroyed) return;
  // The head of an answer that has no body leaves with its end.
  if (isBodiless(exchange.method, exchange.status)) return;
  exchange.headSent = true;
  exchange.res.sendHead();
}

function dropServiceHeaders({ route, replayed }: Exchange, headers: string[]): void {
  if (route === undefined || route.dropServiceHeaders.length === 0) return;
  // A replayed request's answer is legacy's.
  if (replayed === undefined) removeNamed(headers, route.dropServiceHeaders);
}

/** RFC 9112 §6.3: whatever length such an answer states is that of another one. */
function isBodiless(method: string, status: number): boolean {
  return method === 'HEAD' || status === 204 || status === 304;
}

function isChunked(exchange: Exchange, contentLength: number): boolean {
  return (
    contentLength === -1 && exchange.req.httpVersionMinor > 0 && !isBodiless(exchange.method, exchange.status)
  );
}
