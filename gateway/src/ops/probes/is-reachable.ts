import { connect } from 'node:net';
import type { Upstream } from '../../forwarding/upstream.ts';

const timeoutMs = 1_000;

/**
 * Whether an upstream takes connections. Not a request: which paths a monolith answers, and what they cost it, is not
 * known here.
 */
export function isReachable({ hostname, port }: Upstream): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port });
    const settle = (reachable: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(reachable);
    };
    const timer = setTimeout(settle, timeoutMs, false);
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
