import { describe, expect, it } from '@jest/globals';
import type { CohortKey } from '../plan/cohort-keys.ts';
import { definePlan } from '../plan/plan-faults.ts';
import { createKeySources, type KeyedRequest } from './cohort-key.ts';

const token = `Bearer e30.${Buffer.from('{"sub":"user-1"}').toString('base64url')}.c2ln`;

function request(headers: readonly string[] = [], over: Partial<KeyedRequest> = {}): KeyedRequest {
  return { headers, forwardedFor: undefined, connection: { address: '192.0.2.1' }, ...over };
}

function keyOf(
  cohort: readonly CohortKey[],
  asked: KeyedRequest,
  trustedProxies: string[] = [],
): string | undefined {
  const capability = { routes: ['GET /a'], cohort: [...cohort] };
  const sources = createKeySources(
    definePlan({ default: 'http://a', capabilities: { auth: capability }, trustedProxies }),
  );
  for (const source of sources('auth')) {
    const key = source.read(asked);
    if (key !== undefined) return `${source.name} ${key}`;
  }
  return undefined;
}

describe('a cohort key', () => {
  it("is the token's subject, or else the address, unless the plan says otherwise", () => {
    const plan = definePlan({ default: 'http://a', capabilities: { auth: { routes: ['GET /a'] } } });
    expect(createKeySources(plan)('auth').map(({ name }) => name)).toEqual(['token', 'address']);
  });

  it('is the first of those in the plan that the request has', () => {
    const order = ['token', 'cookie:sid', 'header:X-Tenant', 'address'] as const;
    const all = ['Cookie', 'sid=s1', 'X-Tenant', 't1', 'Authorization', token];
    expect(keyOf(order, request(all))).toBe('token user-1');
    expect(keyOf(order, request(all.slice(0, 4)))).toBe('cookie:sid s1');
    expect(keyOf(order, request(all.slice(2, 4)))).toBe('header:X-Tenant t1');
    expect(keyOf(order, request())).toBe('address 192.0.2.1');
    expect(keyOf(['token', 'cookie:sid'], request())).toBeUndefined();
  });

  it('is found whatever the case of a header is, and only in that of a cookie', () => {
    expect(keyOf(['token'], request(['AUTHORIZATION', token]))).toBe('token user-1');
    expect(keyOf(['header:X-Tenant'], request(['x-tenant', 't1']))).toBe('header:X-Tenant t1');
    expect(keyOf(['cookie:sid'], request(['cookie', 'SID=no; sid=yes']))).toBe('cookie:sid yes');
  });

  it('is found among other cookies, in several headers, and not in a name that it is part of', () => {
    const cookies = ['Cookie', 'a=1; xsid=2; sid', 'Cookie', 'b=3;sid=a=b; sid=later'];
    expect(keyOf(['cookie:sid'], request(cookies))).toBe('cookie:sid a=b');
  });

  it.each([
    ['an empty header', ['X-Tenant', '']],
    ['an absurdly long header', ['X-Tenant', 'x'.repeat(1_025)]],
    ['an empty cookie', ['Cookie', 'sid=']],
    ['a token that is none', ['Authorization', 'Bearer nonsense']],
    ['a header without a value', ['X-Tenant']],
  ])('is not %s', (_, headers) => {
    expect(keyOf(['token', 'cookie:sid', 'header:X-Tenant', 'address'], request(headers))).toBe(
      'address 192.0.2.1',
    );
  });
});

describe('the address of a client', () => {
  const proxies = ['10.0.0.0/8', '2001:db8::/32'];
  const from = (forwardedFor: string | undefined) =>
    request([], { forwardedFor, connection: { address: '10.0.0.1' } });

  it.each([
    [undefined, '10.0.0.1'],
    ['192.0.2.7', '192.0.2.7'],
    ['203.0.113.9, 192.0.2.7', '192.0.2.7'],
    ['203.0.113.9, 192.0.2.7, 10.0.0.2', '192.0.2.7'],
    ['192.0.2.7, 2001:db8::1, 10.0.0.2', '192.0.2.7'],
    ['10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['2001:db9::5', '2001:db9::5'],
    ['192.0.2.7, nonsense, 10.0.0.2', '10.0.0.2'],
    ['unknown', '10.0.0.1'],
    ['', '10.0.0.1'],
  ])('said to be %j is %s', (forwardedFor, address) => {
    expect(keyOf(['address'], from(forwardedFor), proxies)).toBe(`address ${address}`);
  });
});
