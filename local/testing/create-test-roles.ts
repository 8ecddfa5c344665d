import pg from 'pg';
import { createRoles } from '../src/database/create-roles.ts';
import { passwordsOf } from '../src/stack/database-urls.ts';

/**
 * Makes the components' roles once for the run, on the server that its tests make their databases on. Roles belong to
 * the whole server, so that all who start something on it must give them the same passwords.
 */
export async function createTestRoles(serverUrl: string): Promise<void> {
  const admin = new pg.Client({ connectionString: serverUrl });
  await admin.connect();
  try {
    await createRoles(admin, passwordsOf(serverUrl));
  } finally {
    await admin.end();
  }
}
