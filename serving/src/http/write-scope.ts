import type { Knex } from 'knex';
import type { Log } from '../log.ts';
import type { KeptAnswers, KeyedRequest } from './kept-answers.ts';
import type { RouteAnswer } from './route-handler.ts';

export interface WriteScopeDeps {
  readonly db: Knex;
  readonly keptAnswers: KeptAnswers;
  readonly log: Log;
}

type Effect = () => void | Promise<void>;

/** What one request may do to the database: one transaction, in which its answer is kept too if it carries a key. */
export interface WriteScope {
  readonly transact: (write: (db: Knex.Transaction) => Promise<RouteAnswer>) => Promise<RouteAnswer>;
  readonly afterCommit: (effect: Effect) => void;
}

/**
 * A write that fails leaves nothing behind, its key neither: the same request may then be sent again under it. One that
 * succeeds is never done twice under its key, since the write and its answer are committed together.
 */
export function createWriteScope(deps: WriteScopeDeps, keyed: KeyedRequest | undefined): WriteScope {
  const { db: pool, keptAnswers, log } = deps;
  const effects: Effect[] = [];
  let committed = false;

  const run = async (effect: Effect) => {
    try {
      await effect();
    } catch (err) {
      log.error({ err }, 'an effect after a commit failed');
    }
  };

  return {
    async transact(write) {
      let replayed = false;
      const answer = await pool.transaction(async (db) => {
        if (keyed === undefined) return write(db);
        await keptAnswers.claim(db, keyed);
        const kept = await keptAnswers.find(db, keyed);
        if (kept !== undefined) {
          replayed = true;
          return kept;
        }
        const fresh = await write(db);
        await keptAnswers.keep(db, keyed, fresh);
        return fresh;
      });
      committed = true;
      // A replay has had its effects, when it was no replay.
      if (!replayed) for (const effect of effects.splice(0)) await run(effect);
      return answer;
    },
    afterCommit(effect) {
      if (committed) void run(effect);
      else effects.push(effect);
    },
  };
}
