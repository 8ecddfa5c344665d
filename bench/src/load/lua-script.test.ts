import { describe, expect, it } from '@jest/globals';
import { luaScript } from './lua-script.ts';

describe('wrk script', () => {
  it('prepares each request once, in order', () => {
    const script = luaScript([
      { method: 'GET', path: '/a' },
      { method: 'POST', path: '/b', body: 'x' },
    ]);
    expect(script).toContain('wrk.format("GET", "/a"),\n');
    expect(script).toContain('wrk.format("POST", "/b", { ["Content-Type"] = "application/json" }, "x")');
  });

  it('writes any body as its bytes, so that none can end the string', () => {
    const script = luaScript([{ method: 'POST', path: '/', body: '"\\\né' }]);
    expect(script).toContain('"\\034\\092\\010\\195\\169"');
  });
});
