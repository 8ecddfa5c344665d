import { createHash, timingSafeEqual } from 'node:crypto';
import { assignRequestId, isDatabaseUnavailable, type Log, logAccess, requestIdOf } from '@banyan/serving';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import type { Knex } from 'knex';
import { z } from 'zod';
import { advance, back, type MoveOptions } from './move.ts';
import { readState, SeamRefusal } from './read-state.ts';
import { neighboursOf, type SeamState, seamStates } from './state.ts';
import { verifySeam } from './verify.ts';

export interface SeamAppDeps {
  readonly db: Knex;
  readonly log: Log;
  readonly seamToken: string;
  readonly moveOptions?: MoveOptions;
}

/** Where the seam is found: see the seam protocol in gateway/README.md. */
const path = '/seams/auth';

/** Why it was asked, and by whom: for the log, which is then the seam's own account of what was done to it. */
const orderSchema = z.object({
  why: z.string().trim().min(1).max(1_000),
  by: z.string().trim().min(1).max(200),
});

/** The seam's HTTP face, which speaks the seam protocol. Not for clients: whoever has its token moves everybody's accounts. */
export function createSeamApp({ db, log, seamToken, moveOptions }: SeamAppDeps): Express {
  const moves = {
    advance: () => advance(db, moveOptions),
    back: () => back(db, moveOptions),
  };
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use(assignRequestId, logAccess(log), noStore, authorize(seamToken), express.json({ limit: '16kb' }));

  app.get(path, async (_request, response) => {
    response.json(report(await readState(db)));
  });
  app.post(`${path}/verify`, async (_request, response) => {
    const startedAt = performance.now();
    const { checked, faults } = await verifySeam(db);
    if (faults.length > 0) throw new SeamRefusal('unfit', faults.join('; '));
    const work = { name: 'verify', done: checked, total: checked, failed: 0 };
    response.json({ ...report(await readState(db)), work, took: Math.round(performance.now() - startedAt) });
  });
  app.post(`${path}/backfill`, () => {
    throw new SeamRefusal('unfit', 'This seam moves tables whole: there is nothing to backfill.');
  });
  for (const move of ['advance', 'back'] as const) {
    app.post(`${path}/${move}`, async (request, response) => {
      const order = orderSchema.safeParse(request.body);
      if (!order.success) {
        response
          .status(400)
          .json(errorOf('invalid_request', 'The body must have `why` and `by`, both text.'));
        return;
      }
      const from = await readState(db);
      const { state, ...cost } = await moves[move]();
      log.info(
        { requestId: requestIdOf(response), ...order.data, move, from, to: state, ...cost },
        'seam moved',
      );
      response.json({ ...report(state), took: cost.tookMs });
    });
  }
  app.use((_request, response) => {
    response.status(404).json(errorOf('not_found', 'There is nothing at this path.'));
  });
  app.use(mapSeamErrors(log));
  return app;
}

function report(state: SeamState) {
  return { state, states: seamStates, ready: state === 'in-auth', ...neighboursOf(state) };
}

const noStore: RequestHandler = (_request, response, next) => {
  response.set('cache-control', 'no-store');
  next();
};

function authorize(seamToken: string): RequestHandler {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const wanted = digest(`Bearer ${seamToken}`);
  return (request, response, next) => {
    if (timingSafeEqual(digest(request.headers.authorization ?? ''), wanted)) {
      next();
      return;
    }
    response
      .status(401)
      .set('www-authenticate', 'Bearer')
      .json(errorOf('unauthorized', 'The seam’s token is needed.'));
  };
}

function mapSeamErrors(log: Log): ErrorRequestHandler {
  // Express tells an error handler by its four parameters.
  return (fault: unknown, _request, response, _next) => {
    if (fault instanceof SeamRefusal) {
      log.warn({ err: fault }, 'the seam stays');
      response.status(409).json(errorOf(fault.code, fault.message));
      return;
    }
    const status = statusOf(fault);
    if (status < 500) {
      response.status(status).json(errorOf('invalid_request', 'The body can’t be read.'));
      return;
    }
    log.error({ requestId: requestIdOf(response), err: fault }, 'request failed');
    if (isDatabaseUnavailable(fault)) {
      response.status(503).json(errorOf('unavailable', 'The database is not available at the moment.'));
      return;
    }
    response.status(status).json(errorOf('internal', 'Something went wrong on the seam’s side.'));
  };
}

/** What Express's body parser throws for a body that is none says so by its status. */
function statusOf(fault: unknown): number {
  const status = fault instanceof Error && 'status' in fault ? Number(fault.status) : 500;
  return status >= 400 && status < 500 ? status : 500;
}

function errorOf(code: string, message: string) {
  return { error: { code, message } };
}
