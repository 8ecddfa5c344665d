import type { z } from 'zod';
import { errorBody, errorStatuses } from '../errors.ts';
import { type Answer, errorsOf, type FormSpec, type RouteSpec } from '../route.ts';
import { routes } from '../routes.ts';
import { createComponents, type JsonSchema } from './components.ts';

type Components = ReturnType<typeof createComponents>;

/** The client API as an OpenAPI 3.1 document, made from the routes. */
export function openApiDocument(serverUrl?: string): JsonSchema {
  const components = createComponents();
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const [name, route] of Object.entries<RouteSpec>(routes)) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(name, route, components) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Waitlist',
      version: '1.0.0',
      description: 'Guests queue for a table at a restaurant; hosts call and seat them.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: serverUrl ?? '/' }],
    paths,
    components: {
      schemas: components.schemas,
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

function operation(name: string, route: RouteSpec, components: Components): JsonSchema {
  const parameters = [
    ...parametersOf('path', route.params, components),
    ...parametersOf('query', route.query, components),
    ...(route.replay === 'safe' ? [] : [idempotencyKey]),
  ];
  return {
    operationId: name,
    summary: route.summary,
    tags: [route.capability === 'none' ? 'waitlists' : route.capability],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...requestBody(route, components),
    responses: { ...answersOf(route, components), ...errorAnswersOf(route, components) },
    security: { anyone: [], user: [{ bearer: [] }], 'optional-user': [{}, { bearer: [] }] }[route.access],
  };
}

const idempotencyKey: JsonSchema = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'A repeated request with the same key is answered as the first was, and has no further effect.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

function parametersOf(
  place: 'path' | 'query',
  schema: z.ZodObject | undefined,
  components: Components,
): JsonSchema[] {
  if (schema === undefined) return [];
  const { properties, required } = components.schemaOf(schema, 'input');
  const isRequired = new Set(Array.isArray(required) ? required : []);
  return Object.entries(properties ?? {}).map(([name, inner]) => ({
    name,
    in: place,
    required: place === 'path' || isRequired.has(name),
    schema: inner,
  }));
}

function requestBody(route: RouteSpec, components: Components): JsonSchema {
  const content: JsonSchema = {};
  if (route.json) content['application/json'] = { schema: components.schemaOf(route.json, 'input') };
  if (route.form) content['multipart/form-data'] = formContent(route.form, components);
  return Object.keys(content).length === 0 ? {} : { requestBody: { required: true, content } };
}

function formContent(form: FormSpec, components: Components): JsonSchema {
  const fields = components.schemaOf(form.fields, 'input');
  const required = Array.isArray(fields.required) ? fields.required : [];
  const { upload } = form;
  return {
    schema: {
      type: 'object',
      properties: {
        ...Object(fields.properties),
        [upload.field]: { type: 'string', contentMediaType: 'application/octet-stream' },
      },
      required: upload.required ? [...required, upload.field] : required,
    },
    encoding: { [upload.field]: { contentType: upload.contentTypes.join(', ') } },
  };
}

function answersOf(route: RouteSpec, components: Components): JsonSchema {
  return Object.fromEntries(
    Object.entries(route.answers).map(([status, answer]) => [
      status,
      { description: answer.description, ...contentOf(answer, components) },
    ]),
  );
}

function contentOf(answer: Answer, components: Components): JsonSchema {
  if (answer.kind === 'empty') return {};
  if (answer.kind === 'media') {
    return { content: Object.fromEntries(answer.contentTypes.map((type) => [type, {}])) };
  }
  const content: JsonSchema = {
    'application/json': { schema: components.schemaOf(answer.schema, 'output') },
  };
  if (answer.kind === 'json-or-events') content['text/event-stream'] = { schema: { type: 'string' } };
  return { content };
}

/** Statuses stand once in a document, so errors that share one share its entry. */
function errorAnswersOf(route: RouteSpec, components: Components): JsonSchema {
  const codesByStatus = new Map<number, string[]>();
  for (const code of errorsOf(route)) {
    const status = errorStatuses[code];
    codesByStatus.set(status, [...(codesByStatus.get(status) ?? []), code]);
  }
  const schema = components.schemaOf(errorBody, 'output');
  return Object.fromEntries(
    [...codesByStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\``).join(', '),
        content: { 'application/json': { schema } },
      },
    ]),
  );
}
