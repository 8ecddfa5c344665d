import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import type { RouteSpec } from '../../route.ts';
import type { RouteName } from '../../routes.ts';
import type { ContractCase } from '../contract-case.ts';
import { expectError } from '../expectations.ts';
import type { World } from '../world.ts';
import { requestOf, wireCall } from './request-of.ts';

/** After these, the caller's own token is refused: there is nobody left to repeat the request. */
const endsItsSession: readonly RouteName[] = ['logout'];

/** A repeated write under one `Idempotency-Key` is one write. */
export function idempotencyCases(name: RouteName, route: RouteSpec, world: World): ContractCase[] {
  if (route.replay === 'safe') return [];
  const cases: ContractCase[] = [
    {
      route: name,
      name: 'refuses a malformed Idempotency-Key',
      run: async () => {
        const parts = await requestOf(name, world);
        const headers = { 'idempotency-key': 'x'.repeat(256) };
        expectError(await world.raw(name, wireCall(parts, { headers })), 'invalid_request');
      },
    },
  ];
  if (endsItsSession.includes(name)) return cases;
  cases.push({
    route: name,
    name: 'answers a repeated Idempotency-Key as it did at first',
    run: async () => {
      const parts = await requestOf(name, world);
      const call = wireCall(parts, { headers: { 'idempotency-key': randomUUID() } });
      const first = await world.raw(name, call);
      const second = await world.raw(name, call);
      assert.equal(second.status, first.status);
      if (first.status >= 400) return;
      assert.equal(second.text, first.text);
      assert.equal(second.headers.get('content-type'), first.headers.get('content-type'));
      assert.equal(second.headers.get('location'), first.headers.get('location'));
      assert.equal(first.headers.get('idempotency-replayed'), null);
      assert.equal(second.headers.get('idempotency-replayed'), 'true');
    },
  });
  const [field] = Object.keys(route.json?.shape ?? {});
  if (field === undefined || name === 'reset') return cases;
  cases.push({
    route: name,
    name: 'refuses one Idempotency-Key for two requests',
    run: async () => {
      const key = { 'idempotency-key': randomUUID() };
      const first = await requestOf(name, world);
      const answer = await world.raw(name, wireCall(first, { headers: key }));
      assert.equal(answer.status, first.status, answer.text);
      const other = otherRequest(name, first.body ?? {});
      const reused = wireCall(first, { headers: key, body: JSON.stringify(other) });
      expectError(await world.raw(name, reused), 'idempotency_key_reused');
    },
  });
  return cases;
}

/** As valid as the first, and different from it. */
function otherRequest(
  name: RouteName,
  body: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const others: Partial<Record<RouteName, Readonly<Record<string, unknown>>>> = {
    refresh: { refreshToken: 'another-token-than-the-first' },
    setWaiteeStatus: { status: 'cancelled' },
    reorderWaitees: { waiteeIds: [] },
    changePassword: { ...body, newPassword: 'another horse' },
    login: { ...body, password: 'another horse' },
    forgot: { email: 'another@example.com' },
    register: { ...body, displayName: 'Another' },
    updateMe: { displayName: 'Another' },
    putNotificationTemplates: { ...body, reminder: { subject: 'Another', text: 'Another' } },
  };
  return others[name] ?? { ...body, name: 'Another' };
}
