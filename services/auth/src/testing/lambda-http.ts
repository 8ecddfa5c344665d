import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { HttpHandler } from '@banyan/serving/lambda';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';

/**
 * What stands in front of a function in AWS, as far as tests need it: HTTP becomes a payload 2.0 event, and the result
 * HTTP again. Freezing, time-outs and limits are the Lambda host's, against which the whole is tried.
 */
export function createLambdaFront(handler: HttpHandler): RequestListener {
  return async (request, response) => {
    const result = await handler(await toEvent(request), {} as Context);
    response.statusCode = result.statusCode ?? 200;
    for (const [name, value] of Object.entries(result.headers ?? {})) {
      // A server makes its own framing.
      if (!['connection', 'transfer-encoding', 'date', 'keep-alive'].includes(name)) {
        response.setHeader(name, String(value));
      }
    }
    if (result.cookies !== undefined) response.setHeader('set-cookie', result.cookies);
    response.end(Buffer.from(result.body ?? '', result.isBase64Encoded ? 'base64' : 'utf8'));
  };
}

async function toEvent(request: IncomingMessage): Promise<APIGatewayProxyEventV2> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const [path = '/', query = ''] = (request.url ?? '/').split(/\?(.*)/s);
  const headers: Record<string, string> = {};
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    if (name !== 'transfer-encoding' && values !== undefined) headers[name] = values.join(',');
  }
  const sourceIp = request.socket.remoteAddress;
  return eventFor({
    method: request.method ?? 'GET',
    path,
    query,
    headers,
    body: Buffer.concat(chunks),
    ...(sourceIp && { sourceIp }),
  });
}

export interface EventFacts {
  readonly method: string;
  readonly path: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  readonly sourceIp?: string;
}

/** An HTTP API's event, payload format 2.0. */
export function eventFor({
  method,
  path,
  query = '',
  headers = {},
  body = '',
  sourceIp = '127.0.0.1',
}: EventFacts): APIGatewayProxyEventV2 {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    headers,
    requestContext: {
      accountId: '000000000000',
      apiId: 'test',
      domainName: 'test.local',
      domainPrefix: 'test',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp, userAgent: '' },
      requestId: 'test',
      routeKey: '$default',
      stage: '$default',
      time: '01/Jan/2026:00:00:00 +0000',
      timeEpoch: 0,
    },
    isBase64Encoded: body.length > 0,
    ...(body.length === 0 ? {} : { body: Buffer.from(body).toString('base64') }),
  };
}

export interface ServedForTest {
  readonly url: string;
  close(): Promise<void>;
}

/** On a port of its own. */
export async function serveForTest(listener: RequestListener): Promise<ServedForTest> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
