/** A proxy that is faithful but for one fault: what the suite must find, or it finds nothing. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type Framing, type Head, type Header, requestFraming } from '../http/message.ts';
import { createMessageReader } from '../http/message-reader.ts';
import { type RawOutcome, type RawResponse, sendOnce } from '../http/raw-client.ts';
import { encodeChunk, encodeHead, encodeLastChunk, noBody, type RawRequest } from '../http/raw-request.ts';

export interface ProxyFault {
  readonly request?: (request: RawRequest) => RawRequest;
  readonly answer?: (response: RawResponse) => RawResponse;
  /** Sends this many requests upstream instead of one. */
  readonly copies?: number;
  /** Makes a whole answer of what an upstream that died had sent. */
  readonly fakesEnds?: true;
}

export interface UnfaithfulProxy {
  readonly port: number;
  readonly close: () => Promise<void>;
}

export async function startUnfaithfulProxy(
  upstreamPort: number,
  fault: ProxyFault,
): Promise<UnfaithfulProxy> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    readRequests(socket, (request) => forward(socket, upstreamPort, request, fault));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function readRequests(socket: Socket, onRequest: (request: RawRequest) => Promise<void>): void {
  let head: Head = { startLine: '', headers: [] };
  let framing: Framing = { kind: 'none' };
  let pieces: Buffer[] = [];
  const reader = createMessageReader({
    onHead(arrived) {
      head = arrived;
      pieces = [];
      framing = requestFraming(head);
      return framing;
    },
    onData: (bytes) => pieces.push(bytes),
    onEnd(trailers) {
      const [method = '', target = ''] = head.startLine.split(' ');
      const headers = withoutFraming(head.headers);
      const body = bodyOf(framing, pieces, trailers);
      void onRequest({ method, target, headers, body });
    },
  });
  socket.on('data', (bytes) => reader.read(bytes));
}

function bodyOf(
  framing: Framing,
  pieces: readonly Buffer[],
  trailers: readonly Header[],
): RawRequest['body'] {
  if (framing.kind === 'chunked') return { kind: 'chunked', chunks: pieces, trailers };
  return framing.kind === 'sized' ? { kind: 'sized', bytes: Buffer.concat(pieces) } : noBody;
}

async function forward(socket: Socket, port: number, request: RawRequest, fault: ProxyFault): Promise<void> {
  const asked = fault.request?.(request) ?? request;
  let outcome: RawOutcome = { kind: 'cut-off', where: 'before the head' };
  for (let copy = 0; copy < (fault.copies ?? 1); copy += 1) outcome = await sendOnce({ port }, asked);
  if (outcome.kind === 'answered') return write(socket, fault.answer?.(outcome.response) ?? outcome.response);
  if (fault.fakesEnds) return void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  socket.destroy();
}

function write(socket: Socket, { interim, head, framing, body, trailers }: RawResponse): void {
  for (const { startLine, headers } of [...interim, head]) socket.write(encodeHead(startLine, headers));
  if (framing === 'chunked') {
    if (body.length > 0) socket.write(encodeChunk(body));
    socket.write(encodeLastChunk(trailers));
  } else {
    socket.write(body);
    if (framing === 'until-close') socket.end();
  }
}

function withoutFraming(headers: readonly Header[]): readonly Header[] {
  return headers.filter(([name]) => !/^(?:content-length|transfer-encoding)$/i.test(name));
}
