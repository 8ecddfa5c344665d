import { type BlockList, isIP } from 'node:net';
import type { CohortKey } from '../plan/cohort-keys.ts';
import { blockListOf, type Plan } from '../plan/plan.ts';
import { createTokenSubjects } from './token-subject.ts';

/** What a cohort key can be read from. */
export interface KeyedRequest {
  /** What the upstream gets, as raw pairs. */
  readonly headers: readonly string[];
  /** What a trusted proxy said of the way here. */
  readonly forwardedFor: string | undefined;
  readonly connection: { readonly address: string };
}

/** One way of telling who asks. It reads a request's headers when asked, and not before. */
export interface KeySource {
  readonly name: CohortKey;
  read(request: KeyedRequest): string | undefined;
}

/** What is longer identifies nobody that an operator could name. */
const maxKeyLength = 1_024;

/** The sources of each capability, in the plan's order. */
export function createKeySources(plan: Plan): (capability: string) => readonly KeySource[] {
  const subjectOf = createTokenSubjects();
  const trustedProxies = blockListOf(plan.trustedProxies);
  const byCapability = new Map(
    Object.entries(plan.capabilities).map(([capability, { cohort }]) => [capability, cohort.map(sourceOf)]),
  );

  function sourceOf(name: CohortKey): KeySource {
    return { name, read: readerOf(name) };
  }

  function readerOf(name: CohortKey): KeySource['read'] {
    if (name === 'address') return (request) => clientAddress(request, trustedProxies);
    if (name === 'token') {
      return ({ headers }) => {
        const authorization = headerOf(headers, 'authorization');
        return authorization === undefined ? undefined : subjectOf(authorization);
      };
    }
    const wanted = name.slice(name.indexOf(':') + 1);
    if (name.startsWith('cookie:')) return ({ headers }) => sane(cookieOf(headers, wanted));
    const lower = wanted.toLowerCase();
    return ({ headers }) => sane(headerOf(headers, lower));
  }

  return (capability) => byCapability.get(capability) ?? none;
}

const none: readonly KeySource[] = Object.freeze([]);

function sane(value: string | undefined): string | undefined {
  return value === undefined || value === '' || value.length > maxKeyLength ? undefined : value;
}

/** The first of this name, in lower case. */
function headerOf(headers: readonly string[], name: string): string | undefined {
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const other = headers[i] ?? '';
    if (other.length === name.length && other.toLowerCase() === name) return headers[i + 1];
  }
  return undefined;
}

function cookieOf(headers: readonly string[], name: string): string | undefined {
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const header = headers[i] ?? '';
    if (header.length !== 6 || header.toLowerCase() !== 'cookie') continue;
    for (const pair of (headers[i + 1] ?? '').split(';')) {
      const equals = pair.indexOf('=');
      if (equals !== -1 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
    }
  }
  return undefined;
}

/**
 * The address of who asks. Behind a load balancer every connection has the balancer's: there it is the last address of
 * `X-Forwarded-For` that no trusted proxy has for itself, as anything before it may be the client's own invention.
 */
function clientAddress({ forwardedFor, connection }: KeyedRequest, trusted: BlockList): string {
  if (forwardedFor === undefined) return connection.address;
  let nearest = connection.address;
  for (const entry of forwardedFor.split(',').reverse()) {
    const address = entry.trim();
    const family = isIP(address);
    if (family === 0) break;
    nearest = address;
    if (!trusted.check(address, family === 6 ? 'ipv6' : 'ipv4')) break;
  }
  return nearest;
}
