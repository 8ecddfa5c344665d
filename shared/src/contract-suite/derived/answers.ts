import { strict as assert } from 'node:assert';
import type { RouteSpec } from '../../route.ts';
import type { RouteName } from '../../routes.ts';
import type { ContractCase } from '../contract-case.ts';
import { examples } from '../examples.ts';
import { expectError } from '../expectations.ts';
import type { World } from '../world.ts';
import { requestOf, wireCall } from './request-of.ts';

/** The route answers as it declares, and keeps the rules that hold for every answer. */
export function answerCases(name: RouteName, route: RouteSpec, world: World): ContractCase[] {
  const cases: ContractCase[] = [
    {
      route: name,
      name: 'answers its example as declared, with no field more',
      run: async () => {
        const example = await examples[name](world);
        const { accessToken } = example;
        // The examples are typed route by route; here one stands for all of them.
        const result = await world.call(
          name,
          example.input as never,
          accessToken === undefined ? {} : { accessToken },
        );
        assert.equal(result.status, example.status);
        assert.ok(result.requestId, 'an answer names its request');
      },
    },
    {
      route: name,
      name: 'keeps the request id that a client sends',
      run: async () => {
        const parts = await requestOf(name, world);
        const answer = await world.raw(
          name,
          wireCall(parts, { headers: { 'x-request-id': 'contract-suite.1' } }),
        );
        assert.equal(answer.headers.get('x-request-id'), 'contract-suite.1');
      },
    },
  ];
  if (route.method === 'GET') {
    cases.push({
      route: name,
      name: 'answers HEAD as GET, without a body',
      run: async () => {
        const parts = await requestOf(name, world);
        const get = await world.raw(name, wireCall(parts));
        const head = await world.raw(name, wireCall(parts, { method: 'HEAD' }));
        assert.equal(head.status, get.status);
        assert.equal(head.headers.get('content-type'), get.headers.get('content-type'));
        assert.equal(head.text, '');
      },
    });
  }
  for (const key of Object.keys(route.query?.shape ?? {})) {
    cases.push(queryCase(name, world, key, '!'));
  }
  if (route.query) cases.push(queryCase(name, world, 'no-such-parameter', '1'));
  return cases;
}

function queryCase(name: RouteName, world: World, key: string, value: string): ContractCase {
  return {
    route: name,
    name: `refuses ?${key}=${value}`,
    run: async () => {
      const parts = await requestOf(name, world);
      expectError(
        await world.raw(name, wireCall(parts, { query: `?${key}=${encodeURIComponent(value)}` })),
        'invalid_request',
      );
    },
  };
}
