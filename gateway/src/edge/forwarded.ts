import type { Exchange } from '../exchange.ts';

/**
 * Tells the upstream who asks, in headers that only the gateway or a proxy that the plan trusts can have written.
 */
export function addForwarded(exchange: Exchange): void {
  const { headers, connection, forwardedFor, forwardedProto, forwardedHost, host } = exchange;
  headers.push(
    'X-Forwarded-For',
    forwardedFor === undefined ? connection.address : `${forwardedFor}, ${connection.address}`,
    'X-Forwarded-Proto',
    forwardedProto ?? 'http',
  );
  const namedHost = forwardedHost ?? host;
  if (namedHost !== '') headers.push('X-Forwarded-Host', namedHost);
}
