import { z } from 'zod';
import { type OpsErrorCode, opsErrorBody, opsErrorStatuses } from './ops-error.ts';
import type { OpsRouteSpec } from './ops-route.ts';
import { opsRoutes } from './routes.ts';

export type JsonObject = { [key: string]: unknown };

let document: JsonObject | undefined;

/** The ops API as an OpenAPI 3.1 document, made of the same schemas that its requests are held against. */
export function openApiDocument(): JsonObject {
  document ??= makeDocument();
  return document;
}

function makeDocument(): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const [name, spec] of Object.entries<OpsRouteSpec>(opsRoutes)) {
    const path = spec.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [spec.method.toLowerCase()]: operation(name, spec) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Banyan gateway, ops API',
      version: '1.0.0',
      description: 'Shows and moves the capabilities of a running gateway.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }],
    paths,
    components: {
      schemas: { Error: schemaOf(opsErrorBody, 'output') },
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
    },
  };
}

function operation(name: string, spec: OpsRouteSpec): JsonObject {
  const parameters = [...parametersOf('path', spec.params), ...parametersOf('query', spec.query)];
  return {
    operationId: name,
    summary: spec.summary,
    description: `Needs a token of the role ${spec.role} at least.`,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(spec.body === undefined
      ? {}
      : { requestBody: { required: true, content: jsonOf(schemaOf(spec.body, 'input')) } }),
    responses: {
      200: { description: 'Done', content: jsonOf(schemaOf(spec.answer, 'output')) },
      ...errorsOf(spec),
    },
  };
}

function parametersOf(place: 'path' | 'query', schema: z.ZodObject | undefined): JsonObject[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Record<string, JsonObject>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, inner]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: inner,
  }));
}

/** Several codes may share a status. */
function errorsOf({ errors, params, query, body }: OpsRouteSpec): JsonObject {
  const reads = params !== undefined || query !== undefined || body !== undefined;
  const bodies: OpsErrorCode[] = body === undefined ? [] : ['too-large', 'unsupported-media-type'];
  const codes: OpsErrorCode[] = [
    ...(reads ? (['invalid'] as const) : []),
    ...(['unauthorized', 'forbidden'] as const),
    ...errors,
    ...bodies,
    ...(['misdirected', 'internal'] as const),
  ];
  const byStatus = Map.groupBy(codes, (code) => opsErrorStatuses[code]);
  return Object.fromEntries(
    [...byStatus].map(([status, those]) => [
      status,
      { description: those.join(' or '), content: jsonOf({ $ref: '#/components/schemas/Error' }) },
    ]),
  );
}

function jsonOf(schema: JsonObject): JsonObject {
  return { 'application/json': { schema } };
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' });
  return rest;
}
