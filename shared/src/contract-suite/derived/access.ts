import { randomUUID } from 'node:crypto';
import type { RouteSpec } from '../../route.ts';
import type { RouteName } from '../../routes.ts';
import type { ContractCase } from '../contract-case.ts';
import { expectError, expectFault } from '../expectations.ts';
import type { World } from '../world.ts';
import { requestOf, wireCall } from './request-of.ts';

/** Credentials that are none, whatever their shape. */
const badCredentials: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['a token that is no token', { authorization: 'Bearer not-a-token' }],
  ['a token of no algorithm', { authorization: `Bearer ${unsigned()}` }],
  ['another scheme', { authorization: 'Basic YWRhOmxvdmVsYWNl' }],
];

/** Who may call, and on whose things. */
export function accessCases(name: RouteName, route: RouteSpec, world: World): ContractCase[] {
  return [
    ...(route.access === 'anyone' ? [] : credentialCases(name, route, world)),
    ...Object.keys(route.params?.shape ?? {}).flatMap((param) => paramCases(name, route, world, param)),
    ...(route.access === 'user' && route.params ? [strangerCase(name, world)] : []),
  ];
}

function credentialCases(name: RouteName, route: RouteSpec, world: World): ContractCase[] {
  const none: typeof badCredentials = route.access === 'user' ? [['no token', {}]] : [];
  return [...none, ...badCredentials].map(([what, credentials]) => ({
    route: name,
    name: `refuses a caller with ${what}`,
    run: async () => {
      const { headers: _, ...parts } = await requestOf(name, world);
      expectError(
        await world.raw(name, wireCall({ ...parts, headers: {} }, { headers: credentials })),
        'unauthorized',
      );
    },
  }));
}

function paramCases(name: RouteName, route: RouteSpec, world: World, param: string): ContractCase[] {
  const schema = route.params?.shape[param];
  const isId = schema?.safeParse(randomUUID()).success && !schema.safeParse('no id').success;
  const malformed: ContractCase = {
    route: name,
    name: `refuses a malformed :${param}`,
    run: async () => {
      const parts = await requestOf(name, world);
      const params = { ...parts.params, [param]: '!' };
      expectFault(await world.raw(name, wireCall(parts, { params })), `params.${param}`);
    },
  };
  const unknown: ContractCase = {
    route: name,
    name: `does not find an unknown :${param}`,
    run: async () => {
      const parts = await requestOf(name, world);
      const params = { ...parts.params, [param]: randomUUID() };
      expectError(await world.raw(name, wireCall(parts, { params })), 'not_found');
    },
  };
  return [...(schema?.safeParse('!').success ? [] : [malformed]), ...(isId ? [unknown] : [])];
}

function strangerCase(name: RouteName, world: World): ContractCase {
  return {
    route: name,
    name: 'shows nothing of one user’s to another',
    run: async () => {
      const parts = await requestOf(name, world);
      const { accessToken } = (await world.stranger()).session;
      const headers = { authorization: `Bearer ${accessToken}` };
      expectError(await world.raw(name, wireCall(parts, { headers })), 'not_found');
    },
  };
}

function unsigned(): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', typ: 'JWT' })}.${part({ sub: randomUUID(), exp: 4_102_444_800 })}.`;
}
