import type { Knex } from 'knex';

const dayMs = 24 * 60 * 60 * 1_000;

/** Deletes what can't be used any more. A session goes a day after its last refresh token, when no access token is left. */
export async function sweepSessions(db: Knex, now: Date): Promise<void> {
  const dayAgo = new Date(now.getTime() - dayMs);
  await db('refresh_tokens').where('expires_at', '<', dayAgo).delete();
  await db('sessions')
    .where('created_at', '<', dayAgo)
    .whereNotExists(
      db('refresh_tokens').whereRaw('refresh_tokens.session_id = sessions.id').select(db.raw('1')),
    )
    .delete();
  await db('password_resets').where('expires_at', '<', dayAgo).delete();
}
