import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createGuestTokens } from './guest-tokens.ts';

const secret = 'a secret of more than thirty-two bytes, for tests';
const ada = '5f0c2a52-9e0d-4d7a-9d3e-2b7b9c1d0a11';
const ben = '5f0c2a52-9e0d-4d7a-9d3e-2b7b9c1d0a12';

describe('guest tokens', () => {
  it('gives a guest the same token each time, in every process that has the secret', () => {
    const token = createGuestTokens(secret).tokenOf(ada);
    expect(createGuestTokens(secret).tokenOf(ada.toUpperCase())).toBe(token);
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  it('gives each guest another, and each secret others', () => {
    const tokens = createGuestTokens(secret);
    expect(tokens.tokenOf(ada)).not.toBe(tokens.tokenOf(ben));
    expect(createGuestTokens(`${secret}.`).tokenOf(ada)).not.toBe(tokens.tokenOf(ada));
  });

  it('does not use the secret itself as its key', () => {
    const plain = createHmac('sha256', secret).update(ada).digest('base64url');
    expect(createGuestTokens(secret).tokenOf(ada)).not.toBe(plain);
  });

  it('keeps of a token what does not give it away', () => {
    const tokens = createGuestTokens(secret);
    const token = tokens.tokenOf(ada);
    expect(tokens.hashOf(token)).toHaveLength(32);
    expect(tokens.hashOf(token).equals(tokens.hashOf(token))).toBe(true);
    expect(tokens.hashOf(token).toString('base64url')).not.toBe(token);
  });
});
