import type { RequestListener } from 'node:http';
import { createLog } from '@banyan/serving';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type ServedForTest, serveForTest } from '../testing/lambda-http.ts';
import { createSendPhoto } from './send-photo.ts';

const log = createLog('test', 'silent');
const photo = {
  upload: { bytes: Buffer.from('the bytes of a photo'), declaredType: 'image/png' },
  accessToken: 'token-of-the-user',
  requestId: 'request-1',
};

describe('sending a photo', () => {
  let api: ServedForTest | undefined;
  afterEach(() => api?.close());

  async function sendTo(listener: RequestListener, timeoutMs?: number): Promise<void> {
    api = await serveForTest(listener);
    const send = createSendPhoto({ apiUrl: api.url, log, ...(timeoutMs && { timeoutMs }) });
    return send(photo);
  }

  const answering =
    (status: number, body: string, headers: Readonly<Record<string, string>> = {}): RequestListener =>
    (request, response) => {
      request.resume().on('end', () => response.writeHead(status, headers).end(body));
    };
  const error = (code: string, message = 'It is not taken.', details?: object) =>
    JSON.stringify({ error: { code, message, requestId: 'of-the-other-server', details } });

  it('puts it as the user’s, under the request’s own id', async () => {
    let seen: object | undefined;
    let body = '';
    await sendTo((request, response) => {
      const { method, url, headers } = request;
      seen = { method, url, authorization: headers.authorization, requestId: headers['x-request-id'] };
      request.setEncoding('latin1').on('data', (chunk: string) => {
        body += chunk;
      });
      request.on('end', () => response.end('{}'));
    });
    expect(seen).toEqual({
      method: 'PUT',
      url: '/api/me/photo',
      authorization: 'Bearer token-of-the-user',
      requestId: 'request-1',
    });
    expect(body).toContain(
      'name="photo"; filename="photo"\r\nContent-Type: image/png\r\n\r\nthe bytes of a photo\r\n',
    );
  });

  it('keeps no connection, which could be dead when the next one is sent', async () => {
    let connection: string | undefined;
    await sendTo((request, response) => {
      connection = request.headers.connection;
      request.resume().on('end', () => response.end('{}'));
    });
    expect(connection).toBe('close');
  });

  it.each([
    [413, 'payload_too_large'],
    [415, 'unsupported_media_type'],
    [422, 'unprocessable_image'],
  ])('passes a refusal on: %d %s', async (status, code) => {
    await expect(sendTo(answering(status, error(code)))).rejects.toMatchObject({
      status,
      code,
      message: 'It is not taken.',
    });
  });

  it('passes on what is wrong where', async () => {
    const details = [{ path: 'body.photo', message: 'is required, as a file' }];
    const refused = sendTo(answering(400, error('invalid_request', 'Not valid.', details)));
    await expect(refused).rejects.toMatchObject({ code: 'invalid_request', details });
  });

  it.each<[string, RequestListener]>([
    ['500', answering(500, error('internal'))],
    ['503', answering(503, error('unavailable'))],
    ['401, which says nothing about the photo', answering(401, error('unauthorized'))],
    ['404, from something else', answering(404, 'not found')],
    ['an error that a registration can’t have', answering(404, error('not_found'))],
    ['a code that nobody knows', answering(418, error('teapot'))],
    ['an answer that is no JSON', answering(415, '<html>')],
    ['an answer without end', answering(415, 'x'.repeat(1_000_000))],
    ['a redirect', answering(307, '', { location: 'http://127.0.0.1:1/' })],
    ['success of another kind', answering(204, '')],
    ['a connection that is closed', (request) => request.socket.destroy()],
  ])('is unavailable after %s', async (_what, listener) => {
    await expect(sendTo(listener)).rejects.toMatchObject({
      code: 'unavailable',
      headers: { 'retry-after': '1' },
    });
  });

  it('is unavailable where nobody listens, and when no answer comes', async () => {
    const send = createSendPhoto({ apiUrl: 'http://127.0.0.1:1', log });
    await expect(send(photo)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(sendTo(() => undefined, 100)).rejects.toMatchObject({ code: 'unavailable' });
  });
});
