import { Writable } from 'node:stream';
import { ApiError } from '@banyan/contracts';
import type { Handlers } from '@banyan/serving';
import {
  assignRequestId,
  bindRoutes,
  createKeptAnswers,
  isDatabaseUnavailable,
  type Listening,
  listen,
  logAccess,
  mapErrors,
  systemClock,
} from '@banyan/serving';
import { afterEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import createKnex from 'knex';
import { pino } from 'pino';
import request from 'supertest';

type Route = 'getJwks';

describe('faults', () => {
  let listening: Listening | undefined;
  afterEach(() => listening?.close(0));

  /** The HTTP layer around one handler. */
  async function serve(handler: Handlers<Route>[Route]) {
    const lines: Record<string, unknown>[] = [];
    const sink = new Writable({
      write(chunk, _encoding, done) {
        lines.push(JSON.parse(String(chunk)));
        done();
      },
    });
    const log = pino(sink);
    const app = express();
    app.use(assignRequestId, logAccess(log));
    bindRoutes<Route>(
      app,
      { getJwks: handler },
      {
        // Never connected: these handlers need no rows.
        db: createKnex({ client: 'pg' }),
        keptAnswers: createKeptAnswers('secret', systemClock),
        authenticate: async () => ({ kind: 'none' }),
        log,
      },
    );
    app.use(mapErrors(log));
    listening = await listen({
      host: '127.0.0.1',
      port: 0,
      handler: app,
      shouldUpgradeCallback: () => false,
      beforeListening: () => undefined,
    });
    return { url: `http://127.0.0.1:${listening.port}`, lines };
  }

  it('answers a bug with 500, tells its client nothing of it, and logs it once', async () => {
    const { url, lines } = await serve(async () => {
      throw new Error('SELECT secret FROM /inside');
    });
    const answer = await request(url)
      .get('/.well-known/jwks.json?token=abc')
      .set('x-request-id', 'r1')
      .expect(500);
    expect(answer.body).toEqual({
      error: { code: 'internal', message: 'Something went wrong on our side.', requestId: 'r1' },
    });
    const errors = lines.filter(({ level }) => level === 50);
    expect(errors).toMatchObject([
      { requestId: 'r1', route: 'getJwks', err: { message: 'SELECT secret FROM /inside' } },
    ]);
    const access = lines.filter(({ msg }) => msg === 'request');
    expect(access).toMatchObject([{ requestId: 'r1', method: 'GET', route: 'getJwks', status: 500 }]);
    expect(JSON.stringify(access)).not.toContain('abc');
  });

  it('answers an expected fault with its status and headers, and does not log it as an error', async () => {
    const { url, lines } = await serve(async () => {
      throw new ApiError('not_found', 'Nothing here.', { headers: { 'retry-after': '7' } });
    });
    await request(url).get('/.well-known/jwks.json').expect(404).expect('retry-after', '7');
    expect(lines.filter(({ level }) => Number(level) >= 40)).toEqual([]);
  });

  it('answers 503 while the database can not do its work', async () => {
    const { url } = await serve(async () => {
      throw Object.assign(new Error('could not serialize'), { code: '40001' });
    });
    const { body } = await request(url).get('/.well-known/jwks.json').expect(503).expect('retry-after', '1');
    expect(body.error.code).toBe('unavailable');
  });

  it('breaks the connection rather than end half an answer', async () => {
    const { url, lines } = await serve({
      async stream(_request, _raw, response) {
        response.write('half');
        throw new Error('the rest is gone');
      },
    });
    const reading = fetch(`${url}/.well-known/jwks.json`).then((answer) => answer.text());
    await expect(reading).rejects.toThrow();
    expect(lines.filter(({ level }) => level === 50)).toHaveLength(1);
  });

  it('takes back what a handler had said about an answer that it could not give', async () => {
    const { url } = await serve({
      async stream(_request, _raw, response) {
        response.set({ etag: '"x"', 'content-range': 'bytes 0-1/2', 'content-length': '2' });
        throw new ApiError('not_found', 'Nothing here.');
      },
    });
    const { headers, body } = await request(url).get('/.well-known/jwks.json').expect(404);
    expect(headers).not.toHaveProperty('etag');
    expect(headers).not.toHaveProperty('content-range');
    expect(body.error.code).toBe('not_found');
  });

  it.each([
    ['57P01', true],
    ['08006', true],
    ['40P01', true],
    ['ECONNREFUSED', true],
    ['23505', false],
    ['42601', false],
  ])('knows whether %s means that the database is unavailable', (code, expected) => {
    expect(isDatabaseUnavailable(Object.assign(new Error(), { code }))).toBe(expected);
  });
});
