import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import request from 'supertest';
import { operatorToken, type RunningOps, startOps, viewerToken } from '../../testing/start-ops.ts';
import { opsErrorBody } from '../api/ops-error.ts';
import type { OpsRouteSpec } from '../api/ops-route.ts';
import { opsRoutes } from '../api/routes.ts';

let ops: RunningOps;

beforeAll(async () => {
  ops = await startOps();
});

afterAll(() => ops.close());

const routes = Object.entries<OpsRouteSpec>(opsRoutes);
const withBody = routes.filter(([, spec]) => spec.body !== undefined);

function send({ method, path }: OpsRouteSpec, token: string | undefined, body: unknown = {}) {
  const place = path.replace(':name', 'auth').replace(':action', 'advance').replace(':id', 'none-1');
  const asked =
    method === 'GET' ? request(ops.gateway.opsUrl).get(place) : request(ops.gateway.opsUrl).post(place);
  if (token !== undefined) asked.set('Authorization', `Bearer ${token}`);
  return method === 'GET' ? asked : asked.send(body as object);
}

describe('access to the ops API', () => {
  it.each(routes)('%s needs a token', async (_, spec) => {
    const { status, headers, body } = await send(spec, undefined);
    expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer']);
    expect(opsErrorBody.parse(body).error.code).toBe('unauthorized');
  });

  it.each(routes)('%s needs a token that is known', async (_, spec) => {
    const { status, headers } = await send(spec, `${operatorToken}x`);
    expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer error="invalid_token"']);
  });

  it.each(routes)('%s is for its role and those above', async (_, spec) => {
    // With a body that is no good, so that nothing is changed.
    const asViewer = await send(spec, viewerToken, { nonsense: true });
    const asOperator = await send(spec, operatorToken, { nonsense: true });
    expect(asViewer.status === 403).toBe(spec.role === 'operator');
    expect([401, 403]).not.toContain(asOperator.status);
    if (spec.role === 'operator') expect(asViewer.body.error.code).toBe('forbidden');
  });

  it('takes no token in another scheme, in the query or in a cookie', async () => {
    const url = request(ops.gateway.opsUrl);
    const basic = Buffer.from(`olga:${operatorToken}`).toString('base64');
    expect((await url.get('/api/status').set('Authorization', `Basic ${basic}`)).status).toBe(401);
    expect((await url.get(`/api/status?access_token=${operatorToken}`)).status).toBe(401);
    expect((await url.get('/api/status').set('Cookie', `token=${operatorToken}`)).status).toBe(401);
  });

  it('gives no page of another origin leave to read', async () => {
    const { headers } = await request(ops.gateway.opsUrl)
      .options('/api/status')
      .set('Origin', 'https://elsewhere.example')
      .set('Access-Control-Request-Method', 'GET');
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it.each(['evil.example', 'evil.example:8081', '127.0.0.1.evil.example', 'localhost.', '[::2]'])(
    'refuses who asks for %s, whose name leads to loopback',
    async (host) => {
      const answer = await send(opsRoutes.readStatus, operatorToken).set('Host', host);
      expect([answer.status, answer.body.error.code]).toEqual([421, 'misdirected']);
      expect((await request(ops.gateway.opsUrl).get('/metrics').set('Host', host)).status).toBe(421);
    },
  );

  it.each(['localhost', 'LOCALHOST:1', '127.0.0.1:9', '[::1]:8081'])(
    'answers who asks for %s',
    async (host) => {
      expect((await send(opsRoutes.readStatus, operatorToken).set('Host', host)).status).toBe(200);
    },
  );
});

describe('requests that are not valid', () => {
  const bad: readonly [string, unknown][] = [
    ['an unknown field', { why: 'x', nonsense: 1 }],
    ['a list', []],
    [
      'another type',
      { why: 1, stage: 1, percent: '1', keys: 'a', side: 1, forSeconds: 'x', method: 1, path: 1 },
    ],
    ['an empty why', { why: '  ', stage: 'live', percent: 1, keys: ['a'], side: 'legacy', forSeconds: 1 }],
    ['a why of two lines', { why: 'a\nb', stage: 'live', percent: 1, keys: ['a'], side: 'legacy' }],
  ];

  it.each(withBody.flatMap(([name, spec]) => bad.map(([what, body]) => [name, what, spec, body] as const)))(
    '%s refuses %s with 400, and says where',
    async (_, what, spec, body) => {
      const answer = await send(spec, operatorToken, body);
      expect([answer.status, what]).toEqual([400, what]);
      const { error } = opsErrorBody.parse(answer.body);
      expect(error.code).toBe('invalid');
      expect(error.reasons?.join()).toMatch(/^body/);
    },
  );

  it.each(withBody)('%s refuses what is no JSON, and what is too much of it', async (_, spec) => {
    const broken = await send(spec, operatorToken, '{"why":').set('Content-Type', 'application/json');
    expect([broken.status, broken.body.error.code]).toEqual([400, 'invalid']);
    const form = await send(spec, operatorToken, 'why=x').set(
      'Content-Type',
      'application/x-www-form-urlencoded',
    );
    expect([form.status, form.body.error.code]).toEqual([415, 'unsupported-media-type']);
    const large = await send(spec, operatorToken, { why: 'x'.repeat(1_100_000) });
    expect([large.status, large.body.error.code]).toEqual([413, 'too-large']);
    const latin = await send(spec, operatorToken, '{}').set(
      'Content-Type',
      'application/json; charset=latin1',
    );
    expect(latin.status).toBe(415);
  });

  it.each([
    ['setRollout', { percent: 101, why: 'x' }],
    ['setRollout', { percent: -1, why: 'x' }],
    ['setRollout', { percent: 1.005, why: 'x' }],
    ['setRollout', { percent: null, why: 'x' }],
    ['setStage', { stage: 'gone', why: 'x' }],
    ['setStage', { stage: 'live', why: 'x', expectedVersion: -1 }],
    ['allow', { keys: [], why: 'x' }],
    ['deny', { keys: ['a\u0007'], why: 'x' }],
    ['deny', { keys: ['a'.repeat(2_000)], why: 'x' }],
    ['signOverride', { side: 'both', forSeconds: 60 }],
    ['signOverride', { side: 'legacy', forSeconds: 0 }],
    ['signOverride', { side: 'legacy', forSeconds: 1e9 }],
    ['explain', { method: 'GET', path: 'no-slash' }],
    ['explain', { method: 'GET', path: '/a b' }],
    ['explain', { method: 'G T', path: '/a' }],
    ['explain', { method: 'GET', path: '/a', bodyBytes: 1.5 }],
  ] as const)('%s refuses %j', async (name, body) => {
    expect((await send(opsRoutes[name], operatorToken, body)).status).toBe(400);
  });

  it.each(['limit=0', 'limit=201', 'limit=x', 'nonsense=1', 'limit=1&limit=2', 'capability='])(
    'the audit log refuses ?%s',
    async (query) => {
      expect((await ops.ask(`/api/changes?${query}`)).status).toBe(400);
    },
  );

  it('a path that is no path, an unknown action and an unknown page are refused alike', async () => {
    expect((await ops.ask('/api/capabilities/%ff/seam')).status).toBe(400);
    expect((await ops.ask('/api/capabilities/auth/seam/explode', { why: 'x' })).status).toBe(400);
    const missing = await ops.ask('/api/nowhere');
    expect([missing.status, opsErrorBody.parse(missing.body).error.code]).toEqual([404, 'not-found']);
    expect((await ops.ask('/api/status', {})).status).toBe(404);
  });

  it.each(routes.filter(([, { path }]) => path.includes(':name')))(
    '%s names the capability that was meant',
    async (_, spec) => {
      const body = { why: 'x', stage: 'live', percent: 1, keys: ['a'], side: 'legacy', forSeconds: 1 };
      const fields = Object.keys(spec.body?.shape ?? {});
      const given = Object.fromEntries(Object.entries(body).filter(([field]) => fields.includes(field)));
      const answer = await send({ ...spec, path: spec.path.replace(':name', 'atuh') }, operatorToken, given);
      expect([answer.status, answer.body.error.code]).toEqual([404, 'not-found']);
      expect(answer.body.error.message).toContain('Did you mean auth?');
    },
  );
});

describe('the OpenAPI document', () => {
  it('needs no token, and passes a validator of OpenAPI 3.1', async () => {
    const { body } = await request(ops.gateway.opsUrl).get('/api/openapi.json').expect(200);
    const validator = new Validator();
    const outcome = await validator.validate(structuredClone(body));
    expect(outcome.errors ?? []).toEqual([]);
    expect([outcome.valid, validator.version]).toEqual([true, '3.1']);
  });

  it.each(routes)('describes %s, with each of its answers', async (name, { path, method, errors }) => {
    const { body } = await request(ops.gateway.opsUrl).get('/api/openapi.json');
    const operation = body.paths[path.replaceAll(/:(\w+)/g, '{$1}')][method.toLowerCase()];
    expect(operation.operationId).toBe(name);
    const described = Object.values<{ description: string }>(operation.responses).map((it) => it.description);
    for (const code of ['unauthorized', 'forbidden', ...errors]) expect(described.join(' ')).toContain(code);
  });
});
