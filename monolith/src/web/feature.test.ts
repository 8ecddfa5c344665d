import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import express from 'express';
import supertest from 'supertest';
import { createWebFeature, type WebFeature } from './feature.ts';

describe('web', () => {
  let web: WebFeature;
  let server: Server;
  let origin: string;

  beforeAll(async () => {
    web = await createWebFeature();
    const app = express().disable('x-powered-by').use(web.handler);
    app.use((_request, response) => {
      response.status(418).end();
    });
    server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => new Promise((resolve) => server.close(resolve)));

  async function scriptPath(): Promise<string> {
    const { text } = await supertest(origin).get('/').expect(200);
    return /src="(\/assets\/client-[\w-]+\.js)"/.exec(text)?.[1] ?? 'no script in the shell';
  }

  it('answers its shell for each page, and for HEAD', async () => {
    for (const path of ['/', '/register', '/lists', '/lists/some-id', '/place/some-token', '/LOGIN/']) {
      const answer = await supertest(origin).get(path).expect(200);
      expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(answer.headers['cache-control']).toBe('no-cache');
    }
    await supertest(origin).head('/login').expect(200);
  });

  it('serves its assets for good, each encoding under its own tag', async () => {
    const path = await scriptPath();
    const tags = new Set<string | undefined>();
    for (const encoding of ['br', 'gzip', 'identity']) {
      const answer = await supertest(origin).get(path).set('Accept-Encoding', encoding).expect(200);
      expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
      expect(answer.headers['content-encoding']).toBe(encoding === 'identity' ? undefined : encoding);
      expect(answer.headers.vary).toBe('Accept-Encoding');
      tags.add(answer.headers.etag);
    }
    expect(tags.size).toBe(3);
  });

  it('answers 304 to who has it already', async () => {
    const path = await scriptPath();
    const { headers } = await supertest(origin).get(path).set('Accept-Encoding', 'gzip');
    const again = await supertest(origin)
      .get(path)
      .set('Accept-Encoding', 'gzip')
      .set('If-None-Match', String(headers.etag))
      .expect(304);
    expect(again.headers.vary).toBe('Accept-Encoding');
  });

  it('honours an encoding that is refused', async () => {
    const answer = await supertest(origin)
      .get(await scriptPath())
      .set('Accept-Encoding', 'br;q=0, gzip;q=0.5')
      .expect(200);
    expect(answer.headers['content-encoding']).toBe('gzip');
  });

  it('answers a 404 page elsewhere, also where the path is broken', async () => {
    for (const path of ['/nowhere', '/assets/client-old.js', '/lists/%zz', '/lists/1/2']) {
      const answer = await supertest(origin).get(path).expect(404);
      expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    }
  });

  it('leaves the API, and what does not read, to others', async () => {
    await supertest(origin).get('/api/nowhere').expect(418);
    await supertest(origin).get('/.well-known/nothing').expect(418);
    await supertest(origin).post('/login').expect(418);
  });

  it('keeps the name of a list from becoming markup', () => {
    const name = `"><script>alert('&')</script>`;
    const page = web.renderJoinPage({
      slug: 'x',
      waitlist: { slug: 'x', name, open: true, waitingCount: 2, estimatedWaitMinutes: 20 },
    });
    expect(page).not.toContain('<script>');
    expect(page).toContain('&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;');
    expect(page).toContain('about 20 minutes');
  });

  it('says on the join page that there is no such list', () => {
    expect(web.renderJoinPage({ slug: 'x', waitlist: undefined })).toContain('no such list');
  });
});
