import { until } from '@banyan/serving/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type RawRequest, rawHttp } from './testing/raw-http.ts';
import { startTestHost, type TestHost } from './testing/start-host.ts';

let host: TestHost;
beforeAll(async () => {
  host = await startTestHost({
    functions: {
      echo: { memoryMb: 512 },
      answer: {},
      mirror: { memoryMb: 512 },
      throws: {},
      slow: { maxConcurrency: 1, timeoutMs: 3_000 },
      large: {},
      neverSettles: {},
      runsForever: { timeoutMs: 200 },
    },
    routes: [
      { method: 'ANY', path: '/echo/{proxy+}', function: 'echo' },
      { method: 'GET', path: '/users/{id}', function: 'echo' },
      { method: 'POST', path: '/answer', function: 'answer' },
      { method: 'ANY', path: '/answer-any', function: 'answer' },
      { method: 'POST', path: '/mirror', function: 'mirror' },
      { method: 'GET', path: '/throws', function: 'throws' },
      { method: 'GET', path: '/slow', function: 'slow' },
      { method: 'GET', path: '/runs-forever', function: 'runsForever' },
      { method: 'GET', path: '/never-settles', function: 'neverSettles' },
    ],
  });
});
afterAll(() => host.stop());

/** The event that a request becomes. */
async function eventOf(request: RawRequest) {
  const { status, body } = await rawHttp(host.url, request);
  expect(status).toBe(200);
  return JSON.parse(body.toString('utf8'));
}
const send = (request: RawRequest) => rawHttp(host.url, request);
const answerWith = (answer: unknown, more: Partial<RawRequest> = {}) =>
  send({
    path: '/answer',
    body: JSON.stringify(answer),
    headers: ['Content-Type', 'application/json'],
    ...more,
  });
const message = (text: string) => JSON.stringify({ message: text });

describe('the event of a request', () => {
  it('has all the fields of payload format 2.0', async () => {
    const event = await eventOf({
      path: '/users/7?a=1&a=2&b=%C3%A9&c',
      headers: [
        'User-Agent',
        'test/1',
        'Cookie',
        'one=1; two=2',
        'X-Request-Id',
        'r-1',
        'Traceparent',
        '00-a-b-01',
      ],
    });
    expect(event).toEqual({
      version: '2.0',
      routeKey: 'GET /users/{id}',
      rawPath: '/users/7',
      rawQueryString: 'a=1&a=2&b=%C3%A9&c',
      cookies: ['one=1', 'two=2'],
      headers: {
        host: 'api.example',
        'user-agent': 'test/1',
        'x-request-id': 'r-1',
        traceparent: '00-a-b-01',
        'x-amzn-trace-id': expect.stringMatching(/^Root=1-/),
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-port': new URL(host.url).port,
        'x-forwarded-proto': 'http',
      },
      queryStringParameters: { a: '1,2', b: 'é', c: '' },
      pathParameters: { id: '7' },
      requestContext: {
        accountId: '123456789012',
        apiId: 'local',
        domainName: 'local.execute-api.us-east-1.amazonaws.com',
        domainPrefix: 'local',
        http: {
          method: 'GET',
          path: '/users/7',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'test/1',
        },
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        routeKey: 'GET /users/{id}',
        stage: '$default',
        time: expect.stringMatching(/^\d{2}\/[A-Z][a-z]{2}\/\d{4}:\d{2}:\d{2}:\d{2} \+0000$/),
        timeEpoch: expect.any(Number),
      },
      isBase64Encoded: false,
    });
  });

  it('joins repeated headers by commas, and leaves out those of the connection', async () => {
    const { headers } = await eventOf({
      path: '/echo/x',
      headers: [
        'X-Many',
        'a',
        'x-many',
        'b',
        'Connection',
        'keep-alive, X-Mine',
        'X-Mine',
        '1',
        'TE',
        'trailers',
      ],
    });
    expect(headers['x-many']).toBe('a,b');
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['connection']));
    for (const name of ['connection', 'x-mine', 'te', 'cookie']) expect(headers).not.toHaveProperty(name);
  });

  it('appends the caller to X-Forwarded-For, and says protocol and port itself', async () => {
    const { headers } = await eventOf({
      path: '/echo/x',
      headers: ['X-Forwarded-For', '203.0.113.7', 'X-Forwarded-Proto', 'gopher'],
    });
    expect(headers['x-forwarded-for']).toBe('203.0.113.7, 127.0.0.1');
    expect(headers['x-forwarded-proto']).toBe('http');
  });

  it('has the path decoded, as an HTTP API does, and the query as it was sent', async () => {
    const event = await eventOf({ path: '/echo/a%20b/%C3%A9%2Fc?q=%2F%20' });
    expect(event.rawPath).toBe('/echo/a b/é/c');
    expect(event.pathParameters).toEqual({ proxy: 'a b/é/c' });
    expect(event.rawQueryString).toBe('q=%2F%20');
  });

  it('loses what follows a decoded question mark in the path, as an HTTP API does', async () => {
    const event = await eventOf({ path: '/echo/a%3Fb=1?c=2' });
    expect(event).toMatchObject({ rawPath: '/echo/a', rawQueryString: 'c=2' });
  });

  it('has names that mean something in JavaScript like any others', async () => {
    const event = await eventOf({
      path: '/echo/x?__proto__=1&constructor=2',
      headers: ['__proto__', '3'],
    });
    expect(Object.entries(event.queryStringParameters)).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ]);
    expect(Object.entries(event.headers)).toContainEqual(['__proto__', '3']);
  });

  it.each([
    ['application/json', '{"a":"é"}', false],
    ['text/plain; charset=utf-8', 'é', false],
    ['application/problem+json', '{}', false],
    ['application/x-www-form-urlencoded', 'a=1', true],
    ['multipart/form-data; boundary=x', '--x--', true],
    ['image/png', 'x', true],
    ['', 'x', true],
  ])('has a body of type %p as text, or in base64', async (type, body, isBase64Encoded) => {
    const headers = type === '' ? [] : ['Content-Type', type];
    const event = await eventOf({ path: '/echo/x', body, headers });
    expect(event.isBase64Encoded).toBe(isBase64Encoded);
    expect(event.body).toBe(isBase64Encoded ? Buffer.from(body).toString('base64') : body);
  });

  it('survives any query, header and body', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.string({ minLength: 1, unit: 'grapheme' }), fc.string({ unit: 'grapheme' })), {
          maxLength: 5,
        }),
        fc.stringMatching(/^[!-~]([ -~]{0,30}[!-~])?$/),
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.constantFrom('text/plain', 'application/json', 'application/octet-stream'),
        async (pairs, header, bytes, type) => {
          const query = new URLSearchParams(pairs).toString();
          const event = await eventOf({
            path: `/echo/x?${query}`,
            headers: ['X-Any', header, 'Content-Type', type],
            body: Buffer.from(bytes),
          });
          const joined = new Map<string, string>();
          for (const [name, value] of new URLSearchParams(query)) {
            const before = joined.get(name);
            joined.set(name, before === undefined ? value : `${before},${value}`);
          }
          expect(event.rawQueryString).toBe(query);
          expect(new Map(Object.entries(event.queryStringParameters ?? {}))).toEqual(joined);
          expect(event.headers['x-any']).toBe(header);
          expect(Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8')).toEqual(
            Buffer.from(bytes),
          );
        },
      ),
      { seed: 3, numRuns: 60 },
    );
  });
});

describe('the answer of a function', () => {
  it('brings bytes back as they were sent, whatever their type', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 2_000 }),
        fc.constantFrom('text/plain', 'image/webp', 'application/json'),
        async (bytes, type) => {
          const { status, body, headers } = await send({
            path: '/mirror',
            body: Buffer.from(bytes),
            headers: ['Content-Type', type],
          });
          expect(status).toBe(200);
          expect(headers['content-type']).toBe(type);
          expect(body).toEqual(Buffer.from(bytes));
        },
      ),
      { seed: 5, numRuns: 60 },
    );
  });

  it('sets each of its cookies in a line of its own', async () => {
    const { rawHeaders } = await answerWith({ statusCode: 200, cookies: ['a=1; Path=/', 'b=2'] });
    const set = rawHeaders.filter((_, at) => rawHeaders[at - 1]?.toLowerCase() === 'set-cookie');
    expect(set).toEqual(['a=1; Path=/', 'b=2']);
  });

  it('without a status code is the JSON of a 200', async () => {
    const { status, headers, body } = await answerWith({ hello: 'world' });
    expect([status, headers['content-type'], body.toString()]).toEqual([
      200,
      'application/json',
      '{"hello":"world"}',
    ]);
  });

  it('keeps its own headers, has its length and date written for it, and an id of the API', async () => {
    const { headers } = await answerWith({
      statusCode: 200,
      headers: { 'X-Mine': 'é', 'Content-Length': '999', Connection: 'upgrade', Date: 'never' },
      body: 'héllo',
    });
    expect(headers['content-length']).toBe('6');
    expect(Buffer.from(String(headers['x-mine']), 'latin1').toString('utf8')).toBe('é');
    expect(Date.parse(String(headers.date))).not.toBeNaN();
    expect(headers['apigw-requestid']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('to HEAD has the length of its body and no body', async () => {
    const { status, headers, body } = await answerWith(
      { statusCode: 200, headers: { 'content-type': 'text/plain' }, body: 'four' },
      { method: 'HEAD', path: '/answer-any' },
    );
    expect([status, headers['content-length'], body.length]).toEqual([200, '4', 0]);
  });

  it.each([204, 304])('of status %i has neither body nor length', async (statusCode) => {
    const { status, headers, body } = await answerWith({ statusCode, headers: { etag: '"x"' }, body: 'no' });
    expect([status, headers.etag, headers['content-length'], body.length]).toEqual([
      statusCode,
      '"x"',
      undefined,
      0,
    ]);
  });

  it('may be several megabytes', async () => {
    const bytes = Buffer.alloc(4_000_000, 0xa7);
    const { body } = await send({ path: '/mirror', body: bytes, headers: ['Content-Type', 'image/png'] });
    expect(body.equals(bytes)).toBe(true);
  });
});

describe('an HTTP API refuses', () => {
  it('a path that has no route', async () => {
    const { status, body } = await send({ path: '/nowhere' });
    expect([status, body.toString()]).toEqual([404, message('Not Found')]);
  });

  it('a path that can not be decoded', async () => {
    expect((await send({ path: '/echo/%zz' })).status).toBe(400);
  });

  it('a body past 10 MB, without reading it', async () => {
    const { status, body } = await send({ path: '/mirror', body: Buffer.alloc(10 * 1_048_576 + 1) });
    expect([status, body.toString()]).toEqual([413, message('Request Entity Too Large')]);
  });

  it('a body that makes the event larger than Lambda takes', async () => {
    const { status, body } = await send({ path: '/mirror', body: Buffer.alloc(4_720_000) });
    expect([status, body.toString()]).toEqual([413, message('Request Entity Too Large')]);
  });

  it('headers past 10,240 bytes', async () => {
    const headers = ['X-Long', 'x'.repeat(10_240)];
    expect((await send({ path: '/echo/x', headers })).status).toBe(431);
    const fewer = ['X-Long', 'x'.repeat(10_000)];
    expect((await send({ path: '/echo/x', headers: fewer })).status).toBe(200);
  });

  it.each([
    ['an error', '/throws'],
    ['a time-out', '/runs-forever'],
    ['a promise that never settles', '/never-settles'],
  ])('to show what a function failed on: %s is a 500', async (_, path) => {
    const { status, headers, body } = await send({ path });
    expect([status, headers['content-type'], body.toString()]).toEqual([
      500,
      'application/json',
      message('Internal Server Error'),
    ]);
  });

  it('an answer that is malformed', async () => {
    const { status, body } = await answerWith({ statusCode: 'fine' });
    expect([status, body.toString()]).toEqual([500, message('Internal Server Error')]);
  });

  it('whom the function has no place for', async () => {
    const answers = await Promise.all([send({ path: '/slow' }), send({ path: '/slow' })]);
    const [refused] = answers.filter(({ status }) => status === 503);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 503]);
    expect(refused?.body.toString()).toBe(message('Service Unavailable'));
  });

  it('to wait longer than its integration may take; the function is not broken off', async () => {
    await using patient = await startTestHost({
      functions: { hangs: { timeoutMs: 1_500 } },
      integrationTimeoutMs: 200,
    });
    const { status, body } = await rawHttp(patient.url, { path: '/hangs/x' });
    expect([status, body.toString()]).toEqual([503, message('Service Unavailable')]);
    await until(() => patient.functions()[0]?.timeouts === 1);
  });
});
