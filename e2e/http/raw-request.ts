import type { Header } from './message.ts';

export type RequestBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'sized'; readonly bytes: Buffer }
  | { readonly kind: 'chunked'; readonly chunks: readonly Buffer[]; readonly trailers: readonly Header[] };

/** A request as its bytes will be. The framing header is added by `encodeRequest`, after the others. */
export interface RawRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly Header[];
  readonly body: RequestBody;
}

export const noBody: RequestBody = { kind: 'none' };

export function sizedBody(content: string | Buffer): RequestBody {
  return { kind: 'sized', bytes: Buffer.from(content) };
}

export function encodeRequest(request: RawRequest): Buffer {
  const { body } = request;
  const head = encodeHead(`${request.method} ${request.target} HTTP/1.1`, [
    ...request.headers,
    ...framingOf(body),
  ]);
  if (body.kind === 'none') return head;
  if (body.kind === 'sized') return Buffer.concat([head, body.bytes]);
  return Buffer.concat([head, ...body.chunks.map(encodeChunk), encodeLastChunk(body.trailers)]);
}

export function encodeHead(startLine: string, headers: readonly Header[]): Buffer {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${startLine}\r\n${lines.join('')}\r\n`, 'latin1');
}

export function encodeChunk(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}

export function encodeLastChunk(trailers: readonly Header[]): Buffer {
  return encodeHead('0', trailers);
}

function framingOf(body: RequestBody): readonly Header[] {
  if (body.kind === 'sized') return [['Content-Length', String(body.bytes.length)]];
  return body.kind === 'chunked' ? [['Transfer-Encoding', 'chunked']] : [];
}
