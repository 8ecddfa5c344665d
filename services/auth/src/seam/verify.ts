import type { Knex } from 'knex';
import { serviceColumns } from './move-sql.ts';
import { readState } from './read-state.ts';
import { movedTables } from './state.ts';

export interface Verification {
  readonly checked: number;
  /** What is not as a move leaves it, for people. */
  readonly faults: readonly string[];
}

interface Row {
  readonly name: string;
  readonly schema: string;
  readonly owner: string;
  readonly columns: readonly string[];
  readonly writable: boolean;
}

/**
 * Looks whether everything is as the moves leave it: owners, the views' columns, and that the monolith can work through
 * them. Something else may have been changed by hand, or by a migration that met the seam in the wrong state.
 * @throws SeamRefusal if it is in no state at all
 */
export async function verifySeam(db: Knex): Promise<Verification> {
  const state = await readState(db);
  const { rows } = (await db.raw(
    `SELECT relation.relname AS name, namespace.nspname AS schema,
       pg_get_userbyid(relation.relowner)::text AS owner,
       ARRAY(
         SELECT attname::text FROM pg_attribute
         WHERE attrelid = relation.oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum
       ) AS columns,
       has_table_privilege('monolith', relation.oid, 'SELECT')
         AND has_table_privilege('monolith', relation.oid, 'INSERT')
         AND has_table_privilege('monolith', relation.oid, 'UPDATE')
         AND has_table_privilege('monolith', relation.oid, 'DELETE') AS writable
     FROM pg_class AS relation JOIN pg_namespace AS namespace ON namespace.oid = relation.relnamespace
     WHERE namespace.nspname IN ('public', 'auth') AND relation.relname = ANY (?)`,
    [[...movedTables]],
  )) as { rows: readonly Row[] };
  const faults = movedTables.flatMap((name) => {
    const shown = rows.find((row) => row.name === name && row.schema === 'public');
    const table =
      state === 'in-auth' ? rows.find((row) => row.name === name && row.schema === 'auth') : shown;
    return faultsOf(name, shown, table, state === 'in-auth' ? 'auth_owner' : 'monolith');
  });
  return { checked: movedTables.length, faults };
}

function faultsOf(name: string, shown: Row | undefined, table: Row | undefined, owner: string): string[] {
  if (shown === undefined || table === undefined) return [`${name} went away while it was looked at`];
  const faults: string[] = [];
  for (const { schema, owner: actual } of new Set([shown, table])) {
    if (actual !== owner) faults.push(`${schema}.${name} is owned by ${actual} and not by ${owner}`);
  }
  if (!shown.writable) faults.push(`the monolith may not work on public.${name}`);
  const legacy = table.columns.filter((column) => !serviceColumns.includes(column));
  if (shown !== table && shown.columns.join() !== legacy.join()) {
    faults.push(`the view public.${name} does not show the columns of its table`);
  }
  return faults;
}
