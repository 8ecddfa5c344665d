import { Writable } from 'node:stream';
import { ApiError } from '@banyan/contracts';
import { describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import express, { type Express } from 'express';
import { pino } from 'pino';
import { logAccess } from '../http/access-log.ts';
import { mapErrors } from '../http/map-error.ts';
import { readTextBody } from '../http/read-text-body.ts';
import { refuseUnknownPaths } from '../http/refuse-unknown-paths.ts';
import { assignRequestId } from '../http/request-id.ts';
import { createHttpHandler } from './create-http-handler.ts';

/** Every byte there is: what takes it for text changes it. */
const allBytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

interface Call {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: string[];
  readonly body?: Buffer | string;
}

function eventOf({
  method = 'GET',
  path = '/',
  query = '',
  headers = {},
  cookies,
  body,
}: Call): APIGatewayProxyEventV2 {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    headers,
    ...(cookies && { cookies }),
    requestContext: {
      accountId: '1',
      apiId: '1',
      domainName: 'test',
      domainPrefix: 'test',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.7', userAgent: '' },
      requestId: '1',
      routeKey: '$default',
      stage: '$default',
      time: '',
      timeEpoch: 0,
    },
    isBase64Encoded: Buffer.isBuffer(body),
    ...(body === undefined ? {} : { body: Buffer.isBuffer(body) ? body.toString('base64') : body }),
  };
}

function start(bind: (app: Express) => void) {
  const lines: Record<string, unknown>[] = [];
  const log = pino(
    { base: null, timestamp: false },
    new Writable({
      write(chunk, _encoding, done) {
        lines.push(JSON.parse(chunk.toString()));
        done();
      },
    }),
  );
  const app = express();
  app.set('etag', false);
  app.use(assignRequestId, logAccess(log));
  bind(app);
  app.use(refuseUnknownPaths, mapErrors(log));
  const handler = createHttpHandler(app);
  const call = (request: Call) => handler(eventOf(request), {} as Context);
  return { call, lines };
}

const bytesOf = ({ body = '', isBase64Encoded }: APIGatewayProxyStructuredResultV2) =>
  Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');

describe('an application behind payload 2.0 events', () => {
  it('answers unknown paths and faults by its own handlers', async () => {
    const { call } = start((app) => {
      app.get('/fails', async () => {
        throw new ApiError('email_taken', 'It is taken.');
      });
      app.get('/breaks', async () => {
        throw new Error('not for clients');
      });
    });
    const unknown = await call({ path: '/nothing' });
    expect(unknown.statusCode).toBe(404);
    expect(JSON.parse(String(unknown.body)).error.code).toBe('not_found');
    expect((await call({ path: '/fails' })).statusCode).toBe(409);
    const broken = await call({ path: '/breaks' });
    expect(broken.statusCode).toBe(500);
    expect(broken.body).not.toContain('not for clients');
  });

  it('reads bodies to the byte, sent as base64 or as text, and none', async () => {
    const { call } = start((app) => {
      app.post('/text', async (request, response) => {
        response.json({ text: await readTextBody(request, 10_000) });
      });
      app.post('/bytes', async (request, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk);
        response.json({ hex: Buffer.concat(chunks).toString('hex') });
      });
    });
    const text = async (body?: Buffer | string) => {
      const answer = await call({ method: 'POST', path: '/text', ...(body === undefined ? {} : { body }) });
      return JSON.parse(String(answer.body)).text;
    };
    expect(await text('naïve 🦊')).toBe('naïve 🦊');
    expect(await text(Buffer.from('naïve 🦊'))).toBe('naïve 🦊');
    expect(await text()).toBe('');
    const answer = await call({ method: 'POST', path: '/bytes', body: allBytes });
    expect(JSON.parse(String(answer.body)).hex).toBe(allBytes.toString('hex'));
  });

  it.each([
    ['image/webp'],
    ['image/avif'],
    ['application/octet-stream'],
    ['application/x-anything'],
    ['application/pdf'],
    ['font/woff2'],
    ['text/plain; charset=iso-8859-1'],
    [undefined],
  ])('answers with bytes of %s as they are', async (type) => {
    const { call } = start((app) => {
      app.get('/bytes', (_request, response) => {
        if (type !== undefined) response.setHeader('content-type', type);
        response.setHeader('content-length', allBytes.length);
        response.end(allBytes);
      });
    });
    const answer = await call({ path: '/bytes' });
    expect(answer.isBase64Encoded).toBe(true);
    expect(bytesOf(answer).equals(allBytes)).toBe(true);
  });

  it.each([
    ['application/json'],
    ['application/json; charset=utf-8'],
    ['application/problem+json'],
    ['text/html; charset=UTF-8'],
    ['text/plain'],
  ])('answers with %s as text, which costs a third less', async (type) => {
    const { call } = start((app) => {
      app.get('/text', (_request, response) => {
        response.setHeader('content-type', type);
        response.end('naïve 🦊');
      });
    });
    const answer = await call({ path: '/text' });
    expect(answer).toMatchObject({ isBase64Encoded: false, body: 'naïve 🦊' });
  });

  it('takes text that is compressed for the bytes that it is', async () => {
    const { call } = start((app) => {
      app.get('/', (_request, response) => {
        response.setHeader('content-type', 'text/plain');
        response.setHeader('content-encoding', 'zstd');
        response.end(allBytes);
      });
    });
    expect(bytesOf(await call({})).equals(allBytes)).toBe(true);
  });

  it('passes method, path, query, headers and cookies, and answers with statuses, headers and cookies', async () => {
    const { call } = start((app) => {
      app.patch('/a/:b', (request, response) => {
        response.status(202).setHeader('x-one', '1');
        response.setHeader('set-cookie', ['a=1', 'b=2']);
        response.json({
          url: request.url,
          b: request.params.b,
          cookie: request.headers.cookie,
          custom: request.headersDistinct['x-custom'],
          address: request.socket.remoteAddress,
        });
      });
    });
    const answer = await call({
      method: 'PATCH',
      path: '/a/x',
      query: 'q=1&q=2',
      headers: { 'X-Custom': 'yes' },
      cookies: ['c=3', 'd=4'],
    });
    expect(answer).toMatchObject({ statusCode: 202, headers: { 'x-one': '1' }, cookies: ['a=1', 'b=2'] });
    expect(JSON.parse(String(answer.body))).toEqual({
      url: '/a/x?q=1&q=2',
      b: 'x',
      cookie: 'c=3; d=4',
      custom: ['yes'],
      address: '192.0.2.7',
    });
  });

  it('waits for answers that come late', async () => {
    const { call } = start((app) => {
      app.get('/late', (_request, response) => {
        setImmediate(() => response.write('one '));
        setTimeout(() => response.end('two'), 5);
      });
    });
    expect(bytesOf(await call({ path: '/late' })).toString()).toBe('one two');
  });

  it('logs one line for each request', async () => {
    const { call, lines } = start((app) => {
      app.get('/', (_request, response) => {
        response.json({});
      });
    });
    await call({ headers: { 'x-request-id': 'r-1' } });
    await call({ path: '/nothing', headers: { 'x-request-id': 'r-2' } });
    expect(lines.filter(({ msg }) => msg === 'request')).toMatchObject([
      { requestId: 'r-1', method: 'GET', status: 200 },
      { requestId: 'r-2', method: 'GET', status: 404 },
    ]);
    for (const line of lines) expect(line).not.toHaveProperty('aborted');
  });

  it('fails the invocation, rather than half answer, when an answer breaks off', async () => {
    const { call, lines } = start((app) => {
      app.get('/half', async (_request, response) => {
        response.write('half of it');
        throw new Error('the other half is lost');
      });
    });
    const answer = await call({ path: '/half' });
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('half of it');
    expect(lines.filter(({ msg }) => msg === 'request')).toMatchObject([{ aborted: true }]);
  });
});
