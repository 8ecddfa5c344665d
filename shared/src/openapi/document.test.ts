import { describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import type { RouteSpec } from '../route.ts';
import { routes } from '../routes.ts';
import { openApiDocument } from './document.ts';

type Operation = { operationId: string; responses: object; parameters?: { name: string; in: string }[] };
const document = openApiDocument();
const paths = document.paths as Readonly<Record<string, Readonly<Record<string, Operation>>>>;

describe('the OpenAPI document', () => {
  it('passes a validator of OpenAPI 3.1', async () => {
    const validator = new Validator();
    const outcome = await validator.validate(structuredClone(document));
    expect(outcome.errors ?? []).toEqual([]);
    expect(outcome.valid).toBe(true);
    expect(validator.version).toBe('3.1');
  });

  it('is refused by that validator once it is broken', async () => {
    const broken = structuredClone(document);
    broken.paths = { ...paths, '/api/auth/me': { get: { operationId: 'x' } }, broken: 1 };
    expect((await new Validator().validate(broken)).valid).toBe(false);
  });

  it.each(Object.entries<RouteSpec>(routes))('describes %s with each of its answers', (name, route) => {
    const operation = paths[route.path.replace(/:(\w+)/g, '{$1}')]?.[route.method.toLowerCase()];
    expect(operation?.operationId).toBe(name);
    expect(Object.keys(operation?.responses ?? {})).toEqual(
      expect.arrayContaining(Object.keys(route.answers)),
    );
  });

  it('refers only to schemas that it holds', () => {
    const { schemas } = document.components as { schemas: Record<string, unknown> };
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
    expect(references.length).toBeGreaterThan(10);
    for (const [, id] of references) expect(Object.keys(schemas)).toContain(id);
  });
});
