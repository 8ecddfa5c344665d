import { createHash } from 'node:crypto';
import { ApiError } from '@banyan/contracts';
import type { Knex } from 'knex';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { RouteAnswer } from './route-handler.ts';
import { createSeal } from './seal.ts';

/** A write that carries an `Idempotency-Key`. */
export interface KeyedRequest {
  /** Whose key it is, and for which route: the same key of another caller is another key. */
  readonly scope: string;
  readonly key: string;
  /** Of everything that the request asks for. */
  readonly requestHash: Buffer;
}

export interface KeptAnswers {
  /**
   * The answer that was kept for this request, if any.
   * @throws ApiError idempotency_key_reused, if the key was used for another request
   */
  find(db: Knex, request: KeyedRequest): Promise<RouteAnswer | undefined>;
  /**
   * Makes this transaction the only one that works under the key, until it ends.
   * @throws ApiError idempotency_in_progress, if another one does
   */
  claim(db: Knex.Transaction, request: KeyedRequest): Promise<void>;
  keep(db: Knex.Transaction, request: KeyedRequest, answer: RouteAnswer): Promise<void>;
  /** Deletes what is past its time. */
  sweep(db: Knex): Promise<void>;
}

const keptForMs = 24 * 60 * 60 * 1_000;

const answerSchema = z.object({
  status: z.int(),
  body: z.unknown().optional(),
  headers: z.record(z.string(), z.string()).optional(),
});

interface Row {
  readonly request_hash: Buffer;
  readonly sealed_answer: Buffer;
}

export function createKeptAnswers(serverSecret: string, clock: Clock): KeptAnswers {
  const seal = createSeal(serverSecret);
  const oldest = () => new Date(clock.now().getTime() - keptForMs);
  return {
    async find(db, { scope, key, requestHash }) {
      const row: Row | undefined = await db('idempotency_keys')
        .where({ scope, key_hash: hash(key) })
        .where('created_at', '>', oldest())
        .first('request_hash', 'sealed_answer');
      if (row === undefined) return undefined;
      if (!row.request_hash.equals(requestHash)) {
        throw new ApiError('idempotency_key_reused', 'This Idempotency-Key was used for another request.');
      }
      const { status, body, headers } = answerSchema.parse(
        JSON.parse(seal.open(row.sealed_answer, key, scope)),
      );
      return { status, body, headers: { ...headers, 'idempotency-replayed': 'true' } };
    },

    async claim(db, { scope, key }) {
      const lock = hash(`${scope}\0${key}`).readBigInt64BE().toString();
      const { rows } = await db.raw('SELECT pg_try_advisory_xact_lock(?::bigint) AS mine', [lock]);
      if (rows[0]?.mine === true) return;
      throw new ApiError(
        'idempotency_in_progress',
        'A request with this Idempotency-Key is being worked on.',
        {
          headers: { 'retry-after': '1' },
        },
      );
    },

    async keep(db, { scope, key, requestHash }, answer) {
      const kept = {
        request_hash: requestHash,
        status: answer.status,
        sealed_answer: seal.close(JSON.stringify(answer), key, scope),
        created_at: clock.now(),
      };
      await db('idempotency_keys')
        .insert({ scope, key_hash: hash(key), ...kept })
        // Only one that is past its time can be in the way: `find` saw no other.
        .onConflict(['scope', 'key_hash'])
        .merge();
    },

    async sweep(db) {
      await db('idempotency_keys').where('created_at', '<=', oldest()).delete();
    },
  };
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
