import pg from 'pg';

/** Any number, as long as nothing else in this database takes the same lock. */
const advisoryLock = 7_402_661_011;

/**
 * Gives each role what is its own in this database, and takes from everybody what is nobody's business. The tables are
 * not granted here: their owners are right once the monolith has made them, and the rest is the seam's.
 */
export async function ownDatabase(admin: pg.ClientBase, database: string): Promise<void> {
  await admin.query('BEGIN');
  try {
    await admin.query('SELECT pg_advisory_xact_lock($1)', [advisoryLock]);
    // Whoever owns a database may drop it, and makes schemas in it: that is the administrator's.
    await admin.query(`
      ALTER DATABASE ${pg.escapeIdentifier(database)} OWNER TO CURRENT_USER;
      REVOKE ALL ON DATABASE ${pg.escapeIdentifier(database)} FROM PUBLIC;
      GRANT CONNECT ON DATABASE ${pg.escapeIdentifier(database)} TO monolith, auth_seam, auth_service, gateway;
      ALTER ROLE auth_service IN DATABASE ${pg.escapeIdentifier(database)} SET search_path = auth, public;
      ALTER ROLE gateway IN DATABASE ${pg.escapeIdentifier(database)} SET search_path = gateway;

      CREATE SCHEMA IF NOT EXISTS public;
      CREATE SCHEMA IF NOT EXISTS auth;
      CREATE SCHEMA IF NOT EXISTS gateway;
      ALTER SCHEMA public OWNER TO monolith;
      ALTER SCHEMA auth OWNER TO auth_owner;
      ALTER SCHEMA gateway OWNER TO gateway;
      REVOKE ALL ON SCHEMA public, auth, gateway FROM PUBLIC;
      GRANT USAGE ON SCHEMA public, auth TO auth_service;
    `);
    await giveAway(admin, 'public', 'monolith', ['auth_owner']);
    await giveAway(admin, 'gateway', 'gateway', []);
    await admin.query('COMMIT');
  } catch (fault) {
    await admin.query('ROLLBACK');
    throw fault;
  }
}

/**
 * Makes the owner of what an earlier run made as somebody else, as an administrator. What is right is left alone: a
 * change of owner waits for everybody who uses the table. The seam's views stay its own.
 */
async function giveAway(
  admin: pg.ClientBase,
  schema: string,
  owner: string,
  others: readonly string[],
): Promise<void> {
  const { rows } = await admin.query<{ name: string }>(
    `SELECT format('%I.%I', namespace.nspname, relation.relname) AS name
     FROM pg_class AS relation JOIN pg_namespace AS namespace ON namespace.oid = relation.relnamespace
     WHERE namespace.nspname = $1 AND relation.relkind = ANY ('{r,p,v,m,S}')
       AND pg_get_userbyid(relation.relowner) <> ALL ($2)
       -- The sequence of a column goes with its table.
       AND NOT EXISTS (
         SELECT FROM pg_depend
         WHERE classid = 'pg_class'::regclass AND objid = relation.oid AND deptype IN ('a', 'i') AND relation.relkind = 'S'
       )`,
    [schema, [owner, ...others]],
  );
  for (const { name } of rows) await admin.query(`ALTER TABLE ${name} OWNER TO ${owner}`);
}
