import type { RequestHandler } from 'express';
import { OpsError } from '../api/ops-error.ts';

const loopback = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Refuses requests that name another host. A page of any site can lead its visitor's browser to a loopback address by a name
 * of its own (DNS rebinding), and would be let read the answers as its own; the name is what gives it away. An ops
 * plane on an address that others reach is named as its network pleases.
 */
export function guardHost(listensOn: string): RequestHandler {
  if (!isLoopback(listensOn)) return (_req, _res, next) => next();
  const names = new Set([...loopback, listensOn.toLowerCase()]);
  return (req, _res, next) => {
    // The port isn't judged: a tunnel may lead here from any.
    const name = (req.headers.host ?? '').toLowerCase().replace(/:\d+$/, '');
    if (!names.has(name)) throw new OpsError('misdirected', 'Ask for this as localhost.');
    next();
  };
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
