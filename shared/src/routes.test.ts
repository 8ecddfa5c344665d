import { describe, expect, it } from '@jest/globals';
import { errorStatuses } from './errors.ts';
import { errorsOf, type RouteSpec } from './route.ts';
import { routes } from './routes.ts';

const all: [string, RouteSpec][] = Object.entries(routes);

describe('the contract', () => {
  it('declares each method and path once, as Express would tell them apart', () => {
    const shapes = all.map(([, route]) => `${route.method} ${route.path.replace(/:\w+/g, ':')}`);
    expect(shapes).toEqual([...new Set(shapes)]);
  });

  it.each(all)('%s has a schema for exactly the params in its path', (_, route) => {
    const inPath = [...route.path.matchAll(/:(\w+)/g)].map((match) => match[1]);
    expect(Object.keys(route.params?.shape ?? {}).sort()).toEqual(inPath.sort());
  });

  it.each(all)('%s may be replayed as its method allows', (_, route) => {
    const allowed = {
      GET: ['safe'],
      PUT: ['idempotent', 'keyed'],
      DELETE: ['idempotent'],
      POST: ['keyed'],
      PATCH: ['keyed'],
    };
    expect(allowed[route.method]).toContain(route.replay);
  });

  it.each(all)('%s tells its errors from its answers by status', (_, route) => {
    const errors = errorsOf(route).map((code) => errorStatuses[code]);
    const media = Object.entries(route.answers).filter(([, answer]) => answer.kind !== 'media');
    for (const [status] of media) expect(errors).not.toContain(Number(status));
  });
});
