import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/**
 * The address that the request came from, as the outermost of our own proxies saw it. `trustedHops` is their number: each
 * appends the address of its peer to X-Forwarded-For, so that what a client wrote there itself is further to the left.
 */
export function clientAddressOf(request: IncomingMessage, trustedHops: number): string {
  const forwarded = (request.headersDistinct['x-forwarded-for'] ?? []).join(',').split(',');
  const written = trustedHops > 0 ? forwarded.at(-trustedHops)?.trim() : undefined;
  if (written !== undefined && isIP(written) !== 0) return written;
  // A connection that is gone has none any more; then nobody waits for the answer either.
  return request.socket.remoteAddress ?? 'unknown';
}
