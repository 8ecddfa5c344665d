import { describe, expect, it } from '@jest/globals';
import { createRouteTable } from './route-table.ts';

const routes = createRouteTable([
  { method: 'ANY', path: '$default', function: 'fallback' },
  { method: 'ANY', path: '/{proxy+}', function: 'everything' },
  { method: 'ANY', path: '/pets/{proxy+}', function: 'pets' },
  { method: 'GET', path: '/pets/dog/{id}', function: 'dog' },
  { method: 'GET', path: '/pets/dog/1', function: 'first-dog' },
  { method: 'ANY', path: '/pets/dog/1', function: 'first-dog-any' },
  { method: 'GET', path: '/pets/{kind}/{id}', function: 'pet' },
]);
const functionFor = (method: string, path: string) => routes(method, path)?.route.function;

describe('routes of an HTTP API', () => {
  it.each([
    ['GET', '/pets/dog/1', 'first-dog'],
    ['DELETE', '/pets/dog/1', 'first-dog-any'],
    ['GET', '/pets/dog/2', 'dog'],
    ['GET', '/pets/cat/2', 'pet'],
    ['POST', '/pets/cat/2', 'pets'],
    ['GET', '/pets/cat', 'pets'],
    ['GET', '/pets/', 'everything'],
    ['GET', '/pets', 'everything'],
    ['GET', '/PETS/dog/1', 'everything'],
    ['GET', '/pets/dog/1/', 'pets'],
    ['GET', '/', 'fallback'],
  ])('send %s %s to the most specific: %s', (method, path, name) => {
    expect(functionFor(method, path)).toBe(name);
  });

  it('name the route and what its variables matched', () => {
    expect(routes('GET', '/pets/cat/2')).toMatchObject({
      routeKey: 'GET /pets/{kind}/{id}',
      pathParameters: { kind: 'cat', id: '2' },
    });
    expect(routes('POST', '/pets/cat/2/toys')).toMatchObject({
      routeKey: 'ANY /pets/{proxy+}',
      pathParameters: { proxy: 'cat/2/toys' },
    });
    expect(routes('GET', '/')).toMatchObject({ routeKey: '$default', pathParameters: {} });
  });

  it('match nothing where there is none', () => {
    const few = createRouteTable([{ method: 'GET', path: '/a/{id}', function: 'a' }]);
    expect(few('GET', '/a/')).toBeUndefined();
    expect(few('GET', '/a')).toBeUndefined();
    expect(few('POST', '/a/1')).toBeUndefined();
  });
});
