import type { ApiError } from '@banyan/contracts';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createPasswords, type Passwords } from './passwords.ts';

describe('passwords', () => {
  let passwords: Passwords;
  beforeAll(async () => {
    passwords = await createPasswords(4);
  });

  it('match their hash and no other', async () => {
    const hash = await passwords.hash('correct horse');
    expect(await passwords.matches('correct horse', hash)).toBe(true);
    expect(await passwords.matches('correct horse!', hash)).toBe(false);
  });

  it('never match an account that is not there, not even its stand-in', async () => {
    expect(await passwords.matches('the password of nobody', undefined)).toBe(false);
  });

  it.each([
    ['ASCII', 'x'.repeat(72)],
    ['three bytes each', '✓'.repeat(24)],
  ])('of 72 bytes (%s) do not match by their beginning alone', async (_what, password) => {
    const hash = await passwords.hash(password);
    expect(await passwords.matches(password, hash)).toBe(true);
    expect(await passwords.matches(`${password}y`, hash)).toBe(false);
    expect(await passwords.matches(password.slice(0, -1), hash)).toBe(false);
  });

  it('do not match by what encoding makes of a lone surrogate', async () => {
    const hash = await passwords.hash('eight \ufffd chars');
    expect(await passwords.matches('eight \ud800 chars', hash)).toBe(false);
  });

  it('are refused for now, rather than queued without end, when too many come at once', async () => {
    const hash = await passwords.hash('correct horse');
    const outcomes = await Promise.allSettled(
      Array.from({ length: 200 }, () => passwords.matches('correct horse', hash)),
    );
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(200);
    for (const { reason } of refused)
      expect(reason).toMatchObject({ code: 'unavailable' } satisfies Partial<ApiError>);
    expect(await passwords.matches('correct horse', hash)).toBe(true);
  });
});
