import type { Exchange } from '../exchange.ts';
import type { Answer } from './answer.ts';
import type { Upstream } from './upstream.ts';
import { createWirePool, type WirePool } from './wire/wire-pool.ts';

export interface ForwardBodiless {
  forward(exchange: Exchange, upstream: Upstream): void;
  close(): void;
}

/** RFC 9110 §9.2.1: what these ask for has no effect, so that asking twice has none either. */
const resendable: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
const maxResends = 3;

/**
 * Forwards requests without a body, which are most of them, over connections of our own: one write out, one read in, and no
 * object per request. (undici costs 10 µs more for each, of 45; see the decision record 0010.)
 */
export function createForwardBodiless(answer: Answer, clock: { readonly now: number }): ForwardBodiless {
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
        if (mayResend && resendable.has(exchange.method) && exchange.attempts < maxResends) {
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

  return {
    forward(exchange, upstream) {
      poolOf(upstream).acquire().send(exchange, requestHead(exchange, upstream));
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
