import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { bearer, registerUser } from '../testing/register-user.ts';
import { startTestApp, type TestApp } from '../testing/test-app.ts';

describe('routing', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app?.stop());

  it('answers an unknown path of the API as the contract does', async () => {
    const { body, headers } = await request(app.url).get('/api/nothing').expect(404);
    expect(body).toEqual({
      error: { code: 'not_found', message: expect.any(String), requestId: headers['x-request-id'] },
    });
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it('refuses a method that a path does not take, and says which it does', async () => {
    const { body } = await request(app.url)
      .delete('/api/auth/me')
      .expect(405)
      .expect('allow', 'GET, PATCH, HEAD, OPTIONS');
    expect(body.error.code).toBe('method_not_allowed');
    await request(app.url).put('/api/auth/login').expect(405).expect('allow', 'POST, OPTIONS');
  });

  it('answers OPTIONS with what a path takes', async () => {
    await request(app.url).options('/api/images').expect(204).expect('allow', 'POST, OPTIONS');
  });

  it('matches without case and with a slash at the end', async () => {
    await request(app.url).get('/API/Auth/Me/').expect(401);
  });

  it('answers HEAD like GET, without the body', async () => {
    const user = await registerUser(app.url);
    const get = await request(app.url).get('/api/auth/me').set(bearer(user)).expect(200);
    const head = await request(app.url).head('/api/auth/me').set(bearer(user)).expect(200);
    expect(head.text).toBeUndefined();
    for (const name of ['content-length', 'content-type', 'cache-control']) {
      expect(head.headers[name]).toBe(get.headers[name]);
    }
  });

  it.each(['%zz', '%', '%C3', '%80'])('refuses the broken escape %s in a path', async (broken) => {
    const { body } = await request(app.url).get(`/api/public/waitees/${broken}`).expect(400);
    expect(body.error.code).toBe('invalid_request');
  });

  it('refuses a query parameter that is given twice, or whose escapes are broken', async () => {
    const user = await registerUser(app.url);
    const get = (query: string) => request(app.url).get(`/api/notifications?${query}`).set(bearer(user));
    const twice = await get('limit=1&limit=2').expect(400);
    expect(twice.body.error.details).toEqual([{ path: 'query.limit', message: 'must be given once' }]);
    await get('limit=%zz').expect(400);
    await get('limit=%31').expect(200);
    await get('&limit=1&').expect(200);
    await get('__proto__=1').expect(400);
    await get('limit[]=1').expect(400);
  });

  it('keeps a request id that is fit for logs, and replaces any other', async () => {
    const id = 'mobile.4-2_7';
    await request(app.url).get('/api/nothing').set('x-request-id', id).expect('x-request-id', id);
    for (const unfit of ['a b', 'x'.repeat(129), 'a;b', '<script>']) {
      const { headers } = await request(app.url).get('/api/nothing').set('x-request-id', unfit);
      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('keeps private answers out of every cache, and never answers them with 304', async () => {
    const user = await registerUser(app.url);
    const { headers } = await request(app.url)
      .get('/api/auth/me')
      .set({ ...bearer(user), 'if-none-match': '*' })
      .expect(200)
      .expect('cache-control', 'no-store');
    expect(headers).not.toHaveProperty('etag');
  });

  it('makes browsers careful without sending them to https', async () => {
    const { headers } = await request(app.url).get('/login').expect(200);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
    expect(headers).not.toHaveProperty('strict-transport-security');
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('refuses a repeated Authorization or Content-Type, of which two servers may read another one', async () => {
    const twice = (name: string) => [`${name}: a`, `${name}: b`];
    const me = await sendRaw('GET /api/auth/me', twice('authorization'), '');
    expect(me).toMatch(/^HTTP\/1\.1 400 /);
    const login = await sendRaw(
      'POST /api/auth/login',
      [...twice('content-type'), 'content-length: 2'],
      '{}',
    );
    expect(login).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('answers an upgrade that it does not know as if it were not asked for', async () => {
    const answer = await sendRaw(
      'GET /healthz',
      ['upgrade: h2c', 'http2-settings: AAAA'],
      '',
      'upgrade, close',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });

  async function sendRaw(
    start: string,
    headers: readonly string[],
    body: string,
    connection = 'close',
  ): Promise<string> {
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      [`${start} HTTP/1.1`, 'host: a', `connection: ${connection}`, ...headers, '', body].join('\r\n'),
    );
    return text(socket);
  }
});
