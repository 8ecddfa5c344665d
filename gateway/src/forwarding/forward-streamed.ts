import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { type Exchange, Phase, type UpstreamCall } from '../exchange.ts';
import type { Answer } from './answer.ts';
import { failureBeforeHead, failures } from './failure.ts';
import { trailerPairs } from './headers.ts';
import { type Upstream, upstreamMaxHeaderBytes } from './upstream.ts';

/** Forwards requests with a body by `node:http`, which has what bodies need: framing, back-pressure, trailers, `Expect`. */
export function createForwardStreamed(
  answer: Answer,
  clock: { readonly now: number },
  onBytes: (bytes: number) => void,
) {
  return function forwardStreamed(exchange: Exchange, upstream: Upstream): void {
    const req = incomingOf(exchange);
    const { res, method, target: path, headers } = exchange;
    // HTTP/1.0 may do without.
    if (exchange.host === '') headers.push('Host', upstream.authority);
    if (exchange.expectsContinue) headers.push('Expect', '100-continue');
    exchange.phase = Phase.connecting;
    exchange.progressAt = clock.now;
    const request = upstream.secure ? httpsRequest : httpRequest;
    const { hostname, port, agent, servername } = upstream;
    const call = request({
      agent,
      hostname,
      port,
      servername,
      method,
      path,
      headers,
      setHost: false,
      maxHeaderSize: upstreamMaxHeaderBytes,
    });
    call.maxHeadersCount = 0;
    const handle = new StreamedCall(call);
    exchange.call = handle;
    const maxBodyBytes = exchange.maxBodyBytes;
    let bodyBytes = 0;

    call.once('socket', (socket: Socket) => {
      if (socket.connecting) socket.once(upstream.secure ? 'secureConnect' : 'connect', begin);
      else begin();
    });
    call.on('continue', () => {
      exchange.progressAt = clock.now;
      if (!res.headersSent) res.writeContinue();
    });
    call.on('information', (info: { statusCode: number; rawHeaders: string[] }) => {
      if (info.statusCode !== 100) answer.information(exchange, info.statusCode, info.rawHeaders);
    });
    call.on('upgrade', (_: IncomingMessage, socket: Socket) => {
      socket.destroy();
      answer.fail(exchange, failures['response-malformed']);
    });
    call.on('response', (response: IncomingMessage) => {
      handle.response = response;
      response.on('data', (chunk: Buffer) => answer.body(exchange, chunk));
      response.on('end', () => {
        answer.end(exchange, response.rawTrailers);
        // The answer came before the whole request had been sent. What is left of it interests nobody.
        if (!call.writableEnded) {
          call.destroy();
          stopSending();
        }
      });
      response.on('error', () => answer.fail(exchange, failures['body-reset']));
      answer.head(exchange, response.statusCode ?? 0, response.statusMessage ?? '', response.rawHeaders);
      setImmediate(answer.flushHead, exchange);
    });
    call.on('error', (error: Error) => {
      stopSending();
      if (!handle.cancelled) {
        answer.fail(
          exchange,
          handle.response === undefined ? failureBeforeHead(error) : failures['body-reset'],
        );
      }
    });

    req.on('data', onChunk);
    req.on('end', onEnd);
    // A client's reset shows here too; the connection's own `close` deals with it.
    req.on('error', stopSending);
    call.on('drain', () => {
      exchange.requestPaused = false;
      exchange.progressAt = clock.now;
      req.resume();
    });
    // Head and body leave together where they came together; a body that lets wait for itself doesn't hold the head up.
    setImmediate(() => {
      if (!call.destroyed && !call.writableEnded) call.flushHeaders();
    });

    function begin(): void {
      if (exchange.phase !== Phase.connecting) return;
      exchange.phase = Phase.waiting;
      exchange.progressAt = clock.now;
    }

    function onChunk(chunk: Buffer): void {
      exchange.progressAt = clock.now;
      bodyBytes += chunk.length;
      onBytes(chunk.length);
      if (bodyBytes > maxBodyBytes) {
        stopSending();
        answer.fail(exchange, failures['body-too-large']);
      } else if (!call.write(chunk)) {
        exchange.requestPaused = true;
        req.pause();
      }
    }

    function onEnd(): void {
      exchange.progressAt = clock.now;
      const trailers = trailerPairs(req.rawTrailers);
      if (trailers.length > 0) call.addTrailers(trailers);
      call.end();
    }

    function stopSending(): void {
      req.off('data', onChunk);
      req.off('end', onEnd);
      exchange.requestPaused = false;
      // Read on to the end of the body, so that the connection can be used again.
      req.resume();
    }
  };
}

function incomingOf({ incoming }: Exchange): IncomingMessage {
  if (incoming === undefined) throw new Error('a request that has a body is read by Node');
  return incoming;
}

class StreamedCall implements UpstreamCall {
  readonly #call: ClientRequest;
  response: IncomingMessage | undefined = undefined;
  cancelled = false;

  constructor(call: ClientRequest) {
    this.#call = call;
  }

  cancel(): void {
    this.cancelled = true;
    this.#call.destroy();
  }

  pause(): void {
    this.response?.pause();
  }

  resume(): void {
    this.response?.resume();
  }
}
