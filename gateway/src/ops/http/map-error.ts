import type { ErrorRequestHandler } from 'express';
import type { Logger } from '../../telemetry/log.ts';
import { OpsError } from '../api/ops-error.ts';

/** The one place where a failure of the ops API becomes an answer. What is unexpected is logged, and stays inside. */
export function mapError(logger: Logger): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    if (res.headersSent) return next(error);
    const said = opsErrorOf(error);
    if (said.code === 'internal' || said.code === 'store-unavailable' || said.code === 'seam-failed') {
      logger.error(
        { err: error, cause: said.cause, method: req.method, path: req.path },
        'ops request failed',
      );
    }
    res.status(said.status).set('Cache-Control', 'no-store').json(said.body());
  };
}

function opsErrorOf(error: unknown): OpsError {
  if (error instanceof OpsError) return error;
  switch (bodyFaultOf(error)) {
    case 'entity.parse.failed':
      return new OpsError('invalid', 'The body is no JSON object.');
    case 'entity.too.large':
      return new OpsError('too-large', 'The body is too large.');
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new OpsError('unsupported-media-type', 'Send JSON, in UTF-8 and uncompressed.');
    case undefined:
      break;
    default:
      return new OpsError('invalid', 'The body could not be read.');
  }
  // Express's own, for an escape in the path that is none.
  if (error instanceof URIError) return new OpsError('invalid', 'The path could not be read.');
  return new OpsError('internal', 'The gateway failed to do this; its log says why.', { cause: error });
}

/** body-parser marks its errors with a type. */
function bodyFaultOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('type' in error) || !('status' in error))
    return undefined;
  return typeof error.type === 'string' ? error.type : undefined;
}
