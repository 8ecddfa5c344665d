import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ContractViolation, createClient } from './client.ts';

let server: Server | undefined;

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function answerJson(status: number, body: unknown): RequestListener {
  return (request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'r-1' });
    response.end(JSON.stringify(body));
  };
}

const user = {
  id: '5f0c2a52-9e0d-4d7a-9d3e-2b7b9c1d0a11',
  email: 'ada@example.com',
  displayName: 'Ada',
  phone: null,
  photo: null,
  createdAt: '2026-01-02T03:04:05.000Z',
};

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

describe('typed client', () => {
  it('sends params, query, token and key, and gives back the declared answer', async () => {
    const seen: string[] = [];
    const baseUrl = await serve((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      answerJson(200, { items: [], nextCursor: null })(request, response);
    });
    const client = createClient({ baseUrl, accessToken: () => 'token-1' });
    const result = await client.call('listWaitees', {
      params: { id: user.id },
      query: { limit: 5, status: 'no-show' },
    });
    expect(seen).toEqual([`GET /api/waitlists/${user.id}/waitees?limit=5&status=no-show Bearer token-1`]);
    expect(result).toMatchObject({
      ok: true,
      status: 200,
      requestId: 'r-1',
      body: { items: [], nextCursor: null },
    });
  });

  it('gives the contract’s errors as values', async () => {
    const error = { code: 'unauthorized', message: 'Log in.', requestId: 'r-1' };
    const client = createClient({ baseUrl: await serve(answerJson(401, { error })) });
    expect(await client.call('getMe', {})).toMatchObject({ ok: false, status: 401, error });
  });

  it('refuses an answer that lacks a declared field, and names the field', async () => {
    const { email: _, ...withoutEmail } = user;
    const client = createClient({ baseUrl: await serve(answerJson(200, withoutEmail)) });
    const call = client.call('getMe', {});
    await expect(call).rejects.toThrow(ContractViolation);
    await expect(call).rejects.toThrow(/getMe answered 200: email/);
  });

  it('refuses an error that the route does not declare', async () => {
    const error = { code: 'slug_taken', message: 'Taken.', requestId: 'r-1' };
    const client = createClient({ baseUrl: await serve(answerJson(409, { error })) });
    await expect(client.call('getMe', {})).rejects.toThrow(/slug_taken is not declared/);
  });

  it('passes over fields that it does not know, unless it is strict', async () => {
    const baseUrl = await serve(answerJson(200, { ...user, passwordHash: 'x' }));
    expect(await createClient({ baseUrl }).call('getMe', {})).toMatchObject({ ok: true, body: user });
    await expect(createClient({ baseUrl, strict: true }).call('getMe', {})).rejects.toThrow(
      /passwordHash is not declared/,
    );
  });

  it('sends a form with its file under the field that the route names', async () => {
    let received = '';
    const baseUrl = await serve((request, response) => {
      request.on('data', (chunk: Buffer) => {
        received += chunk.toString('latin1');
      });
      request.on('end', () =>
        answerJson(200, { photo: { id: user.id, links: { thumb: 't', card: 'c', full: 'f' } } })(
          request,
          response,
        ),
      );
    });
    const result = await createClient({ baseUrl }).call('putMyPhoto', {
      form: { file: new Blob(['pixels'], { type: 'image/png' }) },
    });
    expect(result.ok).toBe(true);
    expect(received).toMatch(/name="photo"; filename="[^"]+"\r\ncontent-type: image\/png\r\n\r\npixels/i);
  });
});
