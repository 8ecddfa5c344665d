import { describe, expect, it } from '@jest/globals';
import { expectExchange, noteExchange, type SessionModel } from './account-model.ts';

const graceMs = 5_000;
const at = (from: number) => ({ from, until: from + 100 });

function sessionOf(...tokens: readonly string[]): SessionModel {
  return {
    id: 'one',
    accessTokens: [],
    refreshTokens: new Map(tokens.map((token) => [token, undefined])),
    ended: false,
  };
}

describe('what a user expects of an exchange', () => {
  it('a fresh token works', () => {
    expect(expectExchange(sessionOf('a'), 'a', at(0), graceMs)).toBe('works');
  });

  it('a token works again within the grace, is refused after it, and may do either at its edge', () => {
    const session = sessionOf('a');
    noteExchange(session, 'a', at(1_000));
    expect(expectExchange(session, 'a', at(2_000), graceMs)).toBe('works');
    expect(expectExchange(session, 'a', at(5_950), graceMs)).toBe('either');
    expect(expectExchange(session, 'a', at(6_500), graceMs)).toBe('is refused');
  });

  it('the first of two to be exchanged retires the other, which then has the grace as well', () => {
    const session = sessionOf('a', 'b');
    noteExchange(session, 'a', at(1_000));
    expect(expectExchange(session, 'b', at(2_000), graceMs)).toBe('works');
    expect(expectExchange(session, 'b', at(7_000), graceMs)).toBe('is refused');
  });

  it('an exchange within the grace gives no token more time', () => {
    const session = sessionOf('a');
    noteExchange(session, 'a', at(1_000));
    noteExchange(session, 'a', at(4_000));
    expect(expectExchange(session, 'a', at(6_500), graceMs)).toBe('is refused');
  });

  it('nothing works once the session has ended', () => {
    expect(expectExchange({ ...sessionOf('a'), ended: true }, 'a', at(0), graceMs)).toBe('is refused');
  });
});
