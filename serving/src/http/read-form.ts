import { ApiError, type FormSpec, type UploadRule } from '@banyan/contracts';
import type { Request, Response } from 'express';
import multer from 'multer';
import { ClientGone } from './client-gone.ts';
import type { UploadedFile } from './route-handler.ts';

export interface ReadForm {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly upload: UploadedFile | undefined;
}

/** Room for the fields and the framing, beside the file. */
const maxFieldBytes = 64 * 1024;

/**
 * Reads a multipart form into memory: at most one file, of the field and size that the route names, and a few short
 * fields. Whatever is wrong with a form is its sender's fault.
 * @throws ApiError invalid_request, payload_too_large
 * @throws ClientGone
 */
export async function readForm(request: Request, response: Response, form: FormSpec): Promise<ReadForm> {
  const { upload: rule } = form;
  if (Number(request.headers['content-length'] ?? 0) > rule.maxBytes + maxFieldBytes) {
    throw fileTooLarge(rule);
  }
  const read = multer({
    limits: {
      fileSize: rule.maxBytes,
      files: 1,
      fields: 20,
      parts: 21,
      fieldSize: 8 * 1024,
      fieldNameSize: 100,
      headerPairs: 20,
      // Fields are flat: no brackets in names.
      fieldNestingDepth: 0,
    },
  }).single(rule.field);
  await new Promise<void>((resolve, reject) => {
    read(request, response, (fault: unknown) =>
      fault ? reject(toApiError(fault, request, rule)) : resolve(),
    );
  });
  const fields = { ...request.body };
  const { file } = request;
  if (file === undefined && rule.required) throw invalid(`body.${rule.field}`, 'is required, as a file');
  return { fields, upload: file && { bytes: file.buffer, declaredType: file.mimetype } };
}

function toApiError(fault: unknown, request: Request, rule: UploadRule): Error {
  if (request.destroyed && !request.complete) return new ClientGone();
  if (!(fault instanceof multer.MulterError)) {
    // The parser's own faults: no boundary, a form that ends too early, headers of a part that are none.
    return new ApiError('invalid_request', 'The body is not a whole multipart form.', { cause: fault });
  }
  const field = fault.field === undefined ? 'body' : `body.${fault.field.slice(0, 100)}`;
  switch (fault.code) {
    case 'LIMIT_FILE_SIZE':
      return fileTooLarge(rule);
    case 'LIMIT_FIELD_VALUE':
      return new ApiError('payload_too_large', 'A field of the form is too long.');
    case 'LIMIT_UNEXPECTED_FILE':
      return invalid(field, 'is not a file that is taken here, or is sent twice');
    default:
      return invalid(field, `is not a form that is taken here: ${fault.message}`);
  }
}

function fileTooLarge(rule: UploadRule): ApiError {
  return new ApiError('payload_too_large', `The file is larger than ${rule.maxBytes} bytes.`);
}

function invalid(path: string, message: string): ApiError {
  return new ApiError('invalid_request', `The request is not valid: ${path} ${message}.`, {
    details: [{ path, message }],
  });
}
