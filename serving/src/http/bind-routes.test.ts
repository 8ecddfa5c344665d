import { ApiError } from '@banyan/contracts';
import { afterEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import knex from 'knex';
import { pino } from 'pino';
import { bindRoutes } from './bind-routes.ts';
import type { KeptAnswers } from './kept-answers.ts';
import { type Listening, listen } from './listen.ts';
import { mapErrors } from './map-error.ts';
import { assignRequestId } from './request-id.ts';
import type { RouteAnswer } from './route-handler.ts';

const log = pino({ enabled: false });
let listening: Listening | undefined;
afterEach(() => listening?.close(0));

/** A password change that finds its own work done: the same request, sent before, was faster than its second look. */
async function changePassword(options: { readonly keptMeanwhile: RouteAnswer | undefined }) {
  let kept: RouteAnswer | undefined;
  const keptAnswers: KeptAnswers = {
    find: async () => kept,
    claim: async () => undefined,
    keep: async () => undefined,
    sweep: async () => undefined,
  };
  const app = express();
  app.use(assignRequestId);
  bindRoutes(
    app,
    {
      async changePassword() {
        kept = options.keptMeanwhile;
        throw new ApiError('wrong_password', 'The current password is wrong.');
      },
    },
    {
      db: knex({ client: 'pg' }),
      keptAnswers,
      log,
      authenticate: async () => ({ kind: 'caller', caller: { userId: 'ada', sessionId: 'one' } }),
    },
  );
  app.use(mapErrors(log));
  listening = await listen({
    host: '127.0.0.1',
    port: 0,
    handler: app,
    shouldUpgradeCallback: () => false,
    beforeListening: () => undefined,
  });
  return fetch(`http://127.0.0.1:${listening.port}/api/auth/password`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', 'idempotency-key': 'a-key' },
    body: JSON.stringify({ currentPassword: 'the old one', newPassword: 'the new one' }),
  });
}

describe('a request that is repeated under its key while it is worked on', () => {
  it('hears what the first of them did, not that it can be done no more', async () => {
    expect((await changePassword({ keptMeanwhile: { status: 204 } })).status).toBe(204);
  });

  it('is refused if nothing was done under its key', async () => {
    expect((await changePassword({ keptMeanwhile: undefined })).status).toBe(403);
  });
});
