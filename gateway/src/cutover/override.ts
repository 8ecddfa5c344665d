import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Side } from './choose-upstream.ts';

/** Pins one capability to a side for whoever shows it, until it expires. */
export interface Override {
  readonly capability: string;
  readonly side: Side;
  /** Unix time; valid before it, and not in it. */
  readonly expiresAtSeconds: number;
}

/** In lower case, as header names are compared. */
export const overrideHeader = 'x-banyan-override';
export const overrideCookie = 'banyan_override';

export const overrideSecretMinBytes = 32;

/** More in one request are no tester's; each costs a hash. */
const maxOverrides = 8;

const form =
  /^([a-z][a-z0-9-]{0,62})=(legacy|service); ?expires=([1-9]\d{0,10}); ?signature=([A-Za-z0-9_-]{43})$/;

/** The value of the header `X-Banyan-Override`. Several of them are joined by commas, as header lines are. */
export function signOverride(override: Override, secret: string): string {
  const claim = claimOf(override);
  return `${claim}; signature=${signatureOf(claim, secret)}`;
}

/** The same for the cookie `banyan_override`, whose value may hold neither spaces nor semicolons. */
export function overrideCookieValue(headerValue: string): string {
  return encodeURIComponent(headerValue);
}

/**
 * The side that an override names for a capability: the first one that is well-formed, signed with this secret and not
 * expired. Never throws: whatever else a client sends is as if it hadn't.
 */
export function readOverride(
  text: string,
  capability: string,
  secret: string,
  nowSeconds: number,
): Side | undefined {
  for (const part of text.split(',', maxOverrides)) {
    const match = form.exec(part.trim());
    if (match === null || match[1] !== capability) continue;
    const side: Side = match[2] === 'service' ? 'service' : 'legacy';
    const expiresAtSeconds = Number(match[3]);
    if (expiresAtSeconds <= nowSeconds) continue;
    const expected = signatureOf(claimOf({ capability, side, expiresAtSeconds }), secret);
    if (isSame(match[4] ?? '', expected)) return side;
  }
  return undefined;
}

function claimOf({ capability, side, expiresAtSeconds }: Override): string {
  return `${capability}=${side}; expires=${expiresAtSeconds}`;
}

/** The secret may sign other things elsewhere; what it signs here says what it is. */
function signatureOf(claim: string, secret: string): string {
  return createHmac('sha256', secret).update(`banyan override\n${claim}`).digest('base64url');
}

/** In constant time. As text: base64 has several spellings of the same bytes, of which one is right. */
function isSame(given: string, expected: string): boolean {
  return given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected));
}
