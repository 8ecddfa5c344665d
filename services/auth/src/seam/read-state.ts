import type { Knex } from 'knex';
import { judgeState, movedTables, type Relation, type SeamState } from './state.ts';

/** A seam that can't be read or moved now, and why: for the operator who asked. */
export class SeamRefusal extends Error {
  override readonly name = 'SeamRefusal';
  readonly code: 'not-migrated' | 'mixed' | 'busy' | 'in-use' | 'unfit';

  constructor(code: SeamRefusal['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Reads the state from the catalogue, which every role may read.
 * @throws SeamRefusal if the monolith's tables are not there, or are in no state that a move leaves
 */
export async function readState(db: Knex): Promise<SeamState> {
  const relations: Relation[] = await db('pg_catalog.pg_class as relation')
    .join('pg_catalog.pg_namespace as namespace', 'namespace.oid', 'relation.relnamespace')
    .whereIn('namespace.nspname', ['public', 'auth'])
    .whereIn('relation.relname', [...movedTables])
    .select({ schema: 'namespace.nspname', name: 'relation.relname', kind: 'relation.relkind' });
  const reading = judgeState(relations);
  if (!reading.ok) throw new SeamRefusal(reading.failure, reading.reason);
  return reading.state;
}
