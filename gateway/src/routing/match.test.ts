import { describe, expect, it } from '@jest/globals';
import express from 'express';
import fc from 'fast-check';
import { definePlan } from '../plan/plan-faults.ts';
import { matchRoute } from './match.ts';
import { isAmbiguousPath } from './path-policy.ts';
import { buildRouteTable } from './route-table.ts';

interface Declared {
  readonly method: string;
  readonly path: string;
}

/** Which declared route Express 5 itself chooses, by its own router. */
function expressChoice(routes: readonly Declared[], method: string, path: string): number | undefined {
  const router = express.Router();
  let chosen: number | undefined;
  for (const [i, route] of routes.entries()) {
    const verb = route.method.toLowerCase() as 'get';
    router[verb](route.path, () => {
      chosen = i;
    });
  }
  const req = { method, url: path, baseUrl: '' } as never;
  // OPTIONS without a route is answered by Express itself, through this.
  const res = { setHeader() {}, end() {}, set() {}, send() {} } as never;
  router(req, res, () => {});
  return chosen;
}

function gatewayChoice(routes: readonly Declared[], method: string, path: string): number | undefined {
  const plan = definePlan({
    default: 'http://a',
    capabilities: { one: { routes: routes.map((r) => ({ ...r })) } },
  });
  const entry = matchRoute(buildRouteTable(plan), method, path);
  return entry === undefined ? undefined : plan.capabilities.one?.routes.indexOf(entry.pattern);
}

const literal = fc.constantFrom('api', 'images', 'auth', 'Me', 'a-b', 'x.y', 'v1', "it's", 'a,b', 'a;b');
const parameter = fc.constantFrom(':id', ':variant', ':waitee_id', ':$a');
const path = fc
  .array(fc.oneof({ weight: 2, arbitrary: literal }, parameter), { maxLength: 4 })
  .map((segments) => `/${segments.join('/')}`);
const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD');
const routes = fc.uniqueArray(fc.record({ method, path }), {
  minLength: 1,
  maxLength: 12,
  // Express refuses a pattern that names a parameter twice.
  selector: (route) => `${route.method} ${route.path}`,
});
const wild = fc.stringMatching(/^[A-Za-z0-9\-_~.!$&'()*+,;=:@]{1,8}$/).filter((s) => s !== '.' && s !== '..');

/** A request for one of the routes, as clients vary them, or for something else. */
function requestFor(declared: readonly Declared[]) {
  const near = fc.constantFrom(...declared).chain((route) =>
    fc.record({
      method: fc.constantFrom(route.method, route.method === 'GET' ? 'HEAD' : route.method),
      path: fc.tuple(wild, fc.boolean(), fc.constantFrom('', '/', '/x')).map(([value, upper, tail]) => {
        const filled = route.path.replaceAll(/:[\w$]+/g, value);
        return ((upper ? filled.toUpperCase() : filled) + tail).replaceAll('//', '/');
      }),
    }),
  );
  const far = fc.record({
    method: fc.oneof(method, fc.constant('OPTIONS')),
    path: fc.array(fc.oneof(literal, wild), { maxLength: 4 }).map((segments) => `/${segments.join('/')}`),
  });
  return fc.oneof({ weight: 3, arbitrary: near }, far);
}

describe('match', () => {
  it('chooses the route that Express 5 would choose', () => {
    let matched = 0;
    let runs = 0;
    fc.assert(
      fc.property(
        routes.chain((declared) => fc.tuple(fc.constant(declared), requestFor(declared))),
        ([declared, request]) => {
          fc.pre(!isAmbiguousPath(request.path));
          fc.pre(
            declared.every(
              ({ path: p }) => new Set(p.match(/:[\w$]+/g)).size === (p.match(/:[\w$]+/g) ?? []).length,
            ),
          );
          const ours = gatewayChoice(declared, request.method, request.path);
          runs += 1;
          if (ours !== undefined) matched += 1;
          expect(ours).toBe(expressChoice(declared, request.method, request.path));
        },
      ),
      { numRuns: 3_000, seed: 11 },
    );
    process.stdout.write(
      `match: ${runs} generated requests, ${matched} with a route, all as Express 5 chooses\n`,
    );
    expect(matched).toBeGreaterThan(runs / 4);
  });

  it('takes everything below a prefix, by whole segments', () => {
    const plan = definePlan({
      default: 'http://a',
      capabilities: { auth: { routes: [{ prefix: '/api/auth' }] } },
    });
    const table = buildRouteTable(plan);
    const claimed = (path: string) => matchRoute(table, 'POST', path) !== undefined;
    expect(['/api/auth', '/api/auth/', '/API/Auth/login', '/api/auth/a/b/c'].every(claimed)).toBe(true);
    expect(['/api/authors', '/api', '/', '/x/api/auth'].some(claimed)).toBe(false);
  });
});
