import { configure } from '@vendia/serverless-express';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { Express, Request, Response } from 'express';

/** A function that AWS Lambda calls with what came over HTTP (payload format 2.0). */
export type HttpHandler = (
  event: APIGatewayProxyEventV2,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2>;

/**
 * Puts an Express application, with its own 404 and error handlers, behind payload 2.0 events. Queue and schedule events
 * are not for this: it would answer them, and the answer's status would be lost.
 */
export function createHttpHandler(app: Express): HttpHandler {
  const forward = configure({
    app,
    framework: { sendRequest: ({ request, response }) => answerWhole(app, request, response) },
    eventSourceName: 'AWS_API_GATEWAY_V2',
    binarySettings: { isBinary },
    // It would print requests and faults in a form of its own; the application logs both.
    logSettings: { level: 'none' },
  });
  return async (event, context) => forward(event, context, () => undefined);
}

/**
 * Waits for the whole answer. What a server does for its own responses is done here, since there is none: `close` is
 * told when an answer is out. One that is broken off has nobody to be half an answer for: the invocation fails.
 */
function answerWhole(app: Express, request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    response.once('finish', () => {
      response.emit('close');
      resolve();
    });
    const { socket } = response;
    if (socket !== null) {
      socket.destroy = () => {
        response.emit('close');
        reject(new Error('the answer was broken off'));
        return socket;
      };
    }
    app(request, response);
  });
}

/**
 * What is not known to be UTF-8 text travels in base64: it would arrive changed otherwise. The package knows a list of
 * what is binary, and takes all else for text.
 */
function isBinary({ headers }: { readonly headers: Readonly<Record<string, unknown>> }): boolean {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') return true;
  const type = headers['content-type'];
  if (type === undefined) return headers['content-length'] !== undefined;
  return !/^(text\/[\w.+-]+|application\/([\w.-]+\+)?json|application\/javascript)\s*(;\s*charset="?utf-8"?\s*)?$/i.test(
    String(type),
  );
}
