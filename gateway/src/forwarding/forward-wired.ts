import type { Exchange } from '../exchange.ts';
import type { Answer } from './answer.ts';
import type { Upstream } from './upstream.ts';
import type { WireConnection } from './wire/wire-connection.ts';
import { createWirePool, type WirePool } from './wire/wire-pool.ts';

export interface ForwardWired {
  forward(exchange: Exchange, upstream: Upstream): void;
  close(): void;
}

/** Whether a request is one for here: it has no body, or one of a stated size that nobody has to be asked for. */
export function isWired({ hasBody, bodyLength, expectsContinue }: Exchange): boolean {
  return !hasBody || (Number.isSafeInteger(bodyLength) && !expectsContinue);
}

/** RFC 9110 §9.2.1: what these ask for has no effect, so that asking twice has none either. */
const resendable: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
const maxResends = 3;

/**
 * Forwards nearly all requests over connections of our own: one write out, one read in, and no object per request. (undici
 * costs 10 µs more for each, of 45; see the decision record 0010.)
 */
export function createForwardWired(
  answer: Answer,
  clock: { readonly now: number },
  onBytes: (bytes: number) => void,
): ForwardWired {
  const pools = new Map<Upstream, WirePool>();

  function poolOf(upstream: Upstream): WirePool {
    const known = pools.get(upstream);
    if (known !== undefined) return known;
    const pool = createWirePool(upstream, {
      answer,
      clock,
      failed(exchange, failure, mayResend) {
        // A kept connection may be closed by the upstream at the moment in which it is used again. The client has no part
        // in that, so a safe request is sent once more; the last time on a connection that is new.
        const mayRepeat = !exchange.hasBody && resendable.has(exchange.method);
        if (mayResend && mayRepeat && exchange.attempts < maxResends) {
          exchange.attempts += 1;
          const connection = exchange.attempts === maxResends ? pool.open() : pool.acquire();
          connection.send(exchange, requestHead(exchange, upstream));
        } else {
          answer.fail(exchange, failure);
        }
      },
    });
    pools.set(upstream, pool);
    return pool;
  }

  function sendWithBody(connection: WireConnection, exchange: Exchange, head: string): void {
    const { incoming: req, bodyLength = 0 } = exchange;
    if (req === undefined) throw new Error('a request that has a body is read by Node');
    connection.sendSized(exchange, head, bodyLength);
    // Where the call ends before the body does, what is left of it is read and dropped, so that the client's connection
    // can be used again.
    req.on('data', (chunk: Buffer) => {
      exchange.progressAt = clock.now;
      onBytes(chunk.length);
      if (connection.sendBody(exchange, chunk)) return;
      exchange.requestPaused = true;
      req.pause();
    });
    req.on('end', () => {
      exchange.progressAt = clock.now;
    });
  }

  return {
    forward(exchange, upstream) {
      const connection = poolOf(upstream).acquire();
      const head = requestHead(exchange, upstream);
      if (exchange.hasBody) sendWithBody(connection, exchange, head);
      else connection.send(exchange, head);
    },
    close() {
      for (const pool of pools.values()) pool.close();
    },
  };
}

/** Names and values come from Node's parser, which lets no line break through. */
function requestHead({ method, target, host, headers }: Exchange, upstream: Upstream): string {
  let head = `${method} ${target} HTTP/1.1\r\n`;
  // HTTP/1.0 may do without.
  if (host === '') head += `Host: ${upstream.authority}\r\n`;
  for (let i = 0; i < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`;
  return `${head}\r\n`;
}
