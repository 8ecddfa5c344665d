import { randomUUID } from 'node:crypto';
import { ApiError, mayBecome, type WaiteeStatus } from '@banyan/contracts';
import type { Knex } from 'knex';
import type { GuestTokens } from '../guests/guest-tokens.ts';
import type { DueCall } from '../notifications/call-due.ts';
import { announceChange } from './live/announce-change.ts';

/** Changes of the line. Each is made under the list's lock, which its caller took: see line-lock.ts. */
export interface Line {
  /** Adds a guest at the end. @returns their id */
  append(db: Knex.Transaction, waitlistId: string, guest: NewGuest): Promise<string>;
  /** @throws ApiError not_found, invalid_transition */
  setStatus(db: Knex.Transaction, waitlistId: string, waiteeId: string, to: WaiteeStatus): Promise<void>;
  /** @throws ApiError order_conflict unless `waiteeIds` names exactly those who wait, each once */
  reorder(db: Knex.Transaction, waitlistId: string, waiteeIds: readonly string[]): Promise<void>;
}

export interface NewGuest {
  readonly name: string;
  readonly partySize: number;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly note?: string | undefined;
  /** The account of a guest who joins while logged in. */
  readonly userId?: string | undefined;
}

export interface LineDeps {
  readonly tokens: GuestTokens;
  readonly callDue: (db: Knex.Transaction, call: DueCall) => Promise<unknown>;
}

export function createLine({ tokens, callDue }: LineDeps): Line {
  return {
    async append(db, waitlistId, guest) {
      const id = randomUUID();
      await db.raw(
        `INSERT INTO waitees
           (id, waitlist_id, user_id, token_hash, name, party_size, email, phone, note, joined_at, rank)
         SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, clock_timestamp(), coalesce(max(rank), 0) + 1
         FROM waitees WHERE waitlist_id = ? AND status = 'waiting'`,
        [
          id,
          waitlistId,
          guest.userId ?? null,
          tokens.hashOf(tokens.tokenOf(id)),
          guest.name,
          guest.partySize,
          guest.email ?? null,
          guest.phone ?? null,
          guest.note ?? null,
          waitlistId,
        ],
      );
      await announceChange(db, waitlistId);
      return id;
    },

    async setStatus(db, waitlistId, waiteeId, to) {
      const from = await lockStatus(db, waitlistId, waiteeId);
      if (!mayBecome(from, to)) {
        throw new ApiError('invalid_transition', `A guest who is ${from} cannot become ${to}.`);
      }
      // The moment of the change, not of the transaction's begin: those who waited for the lock stay in their order.
      const moment = to === 'called' ? 'called_at' : 'closed_at';
      await db.raw('UPDATE waitees SET status = ?, ?? = clock_timestamp() WHERE id = ?', [
        to,
        moment,
        waiteeId,
      ]);
      if (to === 'called') await callDue(db, { waitlistId, waiteeId, kind: 'called' });
      await announceChange(db, waitlistId);
    },

    async reorder(db, waitlistId, waiteeIds) {
      const wanted = waiteeIds.map((id) => id.toLowerCase());
      const waiting = await db('waitees')
        .where({ waitlist_id: waitlistId, status: 'waiting' })
        .pluck<string[]>('id');
      const named = new Set(wanted);
      if (
        named.size !== wanted.length ||
        named.size !== waiting.length ||
        !waiting.every((id) => named.has(id))
      ) {
        const message = 'The order does not name exactly those who wait, each once; read the list again.';
        throw new ApiError('order_conflict', message);
      }
      const { rowCount } = await db.raw<{ rowCount: number }>(
        `UPDATE waitees SET rank = wanted.rank
         FROM unnest(?::uuid[]) WITH ORDINALITY AS wanted (id, rank)
         WHERE waitees.id = wanted.id AND waitees.rank <> wanted.rank`,
        [wanted],
      );
      if (rowCount > 0) await announceChange(db, waitlistId);
    },
  };
}

async function lockStatus(db: Knex.Transaction, waitlistId: string, waiteeId: string): Promise<WaiteeStatus> {
  const { rows } = await db.raw<{ rows: { status: WaiteeStatus }[] }>(
    'SELECT status FROM waitees WHERE id = ? AND waitlist_id = ? FOR NO KEY UPDATE',
    [waiteeId, waitlistId],
  );
  if (rows[0] === undefined) throw noSuchGuest();
  return rows[0].status;
}

export function noSuchGuest(): ApiError {
  return new ApiError('not_found', 'There is no such guest.');
}
