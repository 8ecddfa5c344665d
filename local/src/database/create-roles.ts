import pg from 'pg';

/** The roles that log in, each the one component's that it is named for. */
export const loginRoles = ['monolith', 'auth_seam', 'auth_service', 'gateway'] as const;
export type LoginRole = (typeof loginRoles)[number];

export type RolePasswords = Readonly<Record<LoginRole, string>>;

/** Any number, as long as nothing else in the database that administrators connect to takes the same lock. */
const advisoryLock = 7_402_661_010;

/**
 * Makes the roles of the whole server, or makes them right again. Roles belong to no one database, so that two that do
 * this at once must be on the same one for the lock to part them.
 */
export async function createRoles(admin: pg.ClientBase, passwords: RolePasswords): Promise<void> {
  await admin.query('BEGIN');
  try {
    await admin.query('SELECT pg_advisory_xact_lock($1)', [advisoryLock]);
    for (const role of loginRoles) {
      await ensureRole(admin, role, `LOGIN PASSWORD ${pg.escapeLiteral(passwords[role])}`);
    }
    await ensureRole(admin, 'auth_owner', 'NOLOGIN');
    await ensureRole(admin, 'auth_mover', 'NOLOGIN');
    // A move takes the rights of both owners at once. They are auth_seam's only in a transaction that asks for them by
    // SET ROLE: a service that is run with its URL by mistake is refused at its first query.
    await admin.query(`
      GRANT auth_owner, monolith TO auth_mover WITH INHERIT TRUE, SET TRUE;
      GRANT auth_mover TO auth_seam WITH INHERIT FALSE, SET TRUE;
      GRANT SET ON PARAMETER deadlock_timeout TO auth_seam;
    `);
    await admin.query('COMMIT');
  } catch (fault) {
    await admin.query('ROLLBACK');
    throw fault;
  }
}

async function ensureRole(admin: pg.ClientBase, role: string, login: string): Promise<void> {
  const { rowCount } = await admin.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
  await admin.query(
    `${rowCount ? 'ALTER' : 'CREATE'} ROLE ${role} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS ${login}`,
  );
}
