import { MIMEType } from 'node:util';
import { ApiError, maxJsonBytes, parseJson, type RawRequest, type RouteSpec } from '@banyan/contracts';
import type { Request, Response } from 'express';
import { readForm } from './read-form.ts';
import { readTextBody } from './read-text-body.ts';
import type { UploadedFile } from './route-handler.ts';

export type ReadBody = Pick<RawRequest, 'body' | 'bodyKind'> & { readonly upload: UploadedFile | undefined };

/**
 * Reads the body that the route takes, as what the client says it is. A route that takes none leaves it unread.
 * @throws ApiError invalid_request, payload_too_large, unsupported_media_type
 * @throws ClientGone
 */
export async function readBody(route: RouteSpec, request: Request, response: Response): Promise<ReadBody> {
  const none = { body: undefined, bodyKind: 'none', upload: undefined } as const;
  if (route.json === undefined && route.form === undefined) return none;
  if (!hasBody(request)) throw new ApiError('invalid_request', 'The request must have a body.');
  judgeEncoding(request);

  const type = mediaType(request);
  if (route.json !== undefined && type?.essence === 'application/json') {
    judgeCharset(type);
    const text = await readTextBody(request, maxJsonBytes);
    return { body: parseJson(text), bodyKind: 'json', upload: undefined };
  }
  if (route.form !== undefined && type?.essence === 'multipart/form-data') {
    const { fields, upload } = await readForm(request, response, route.form);
    return { body: fields, bodyKind: 'form', upload };
  }
  const taken = [route.json && 'application/json', route.form && 'multipart/form-data'].filter(Boolean);
  throw unsupported(`The body must be ${taken.join(' or ')}.`);
}

/** RFC 9112 §6: a request has a body if it says so, by either of these. */
function hasBody(request: Request): boolean {
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && Number(length) > 0);
}

function judgeEncoding(request: Request): void {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.trim().toLowerCase() !== 'identity') {
    throw unsupported('The body must not be compressed.');
  }
}

function judgeCharset(type: MIMEType): void {
  const charset = type.params.get('charset')?.toLowerCase();
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') {
    throw unsupported('The body must be in UTF-8.');
  }
}

function mediaType(request: Request): MIMEType | undefined {
  const given = request.headersDistinct['content-type'] ?? [];
  if (given.length > 1) throw new ApiError('invalid_request', 'The header Content-Type is given twice.');
  try {
    return new MIMEType(given[0] ?? '');
  } catch {
    return undefined;
  }
}

function unsupported(message: string): ApiError {
  return new ApiError('unsupported_media_type', message);
}
