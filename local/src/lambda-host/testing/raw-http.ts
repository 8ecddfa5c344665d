import { once } from 'node:events';
import { request } from 'node:http';

export interface RawAnswer {
  readonly status: number;
  /** Names as sent, and each line of its own. */
  readonly rawHeaders: readonly string[];
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface RawRequest {
  readonly method?: string;
  /** Sent as it is. */
  readonly path: string;
  /** Names and values by turns, sent as they are. */
  readonly headers?: readonly string[];
  readonly body?: Buffer | string;
}

/** Sends a request as it is given: `fetch` would tidy its path and its headers. */
export async function rawHttp(url: string, sent: RawRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const body = sent.body === undefined ? undefined : Buffer.from(sent.body);
  const outgoing = request({
    hostname,
    port,
    agent: false,
    method: sent.method ?? (body === undefined ? 'GET' : 'POST'),
    path: sent.path,
    headers: [
      'Host',
      'api.example',
      ...(sent.headers ?? []),
      ...(body === undefined ? [] : ['Content-Length', String(body.length)]),
    ],
  });
  // A server that refuses a body may close before it has read it all. Then the answer is what counts.
  outgoing.on('error', () => undefined);
  outgoing.end(body);
  const [response] = await Promise.race([
    once(outgoing, 'response'),
    once(outgoing, 'close').then(() => {
      throw new Error('The connection was closed without an answer.');
    }),
  ]);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return {
    status: response.statusCode,
    rawHeaders: response.rawHeaders,
    headers: response.headers,
    body: Buffer.concat(chunks),
  };
}
