import { ApiError } from '@banyan/contracts';
import type { Request } from 'express';
import { ClientGone } from './client-gone.ts';

/**
 * Reads a body as UTF-8 text of at most `maxBytes`. Past that, what follows is discarded unread.
 * @throws ApiError payload_too_large, invalid_request
 * @throws ClientGone
 */
export async function readTextBody(request: Request, maxBytes: number): Promise<string> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(request, maxBytes);
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) settle(() => reject(tooLarge(request, maxBytes)));
      else chunks.push(chunk);
    };
    const onEnd = () => settle(() => resolve(Buffer.concat(chunks, size)));
    const onGone = () => settle(() => reject(new ClientGone()));
    const settle = (outcome: () => void) => {
      request.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
      outcome();
    };
    request.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ApiError('invalid_request', 'The body is not valid UTF-8.', { cause });
  }
}

function tooLarge(request: Request, maxBytes: number): ApiError {
  // Read on, so that a client that sends its whole body before it reads gets to see this answer.
  request.on('error', () => undefined).resume();
  return new ApiError('payload_too_large', `The body is larger than ${maxBytes} bytes.`);
}
