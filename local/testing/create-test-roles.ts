import pg from 'pg';
import { createRoles, type RolePasswords } from '../src/database/create-roles.ts';

/** Roles belong to the whole server, which all test files share: so they all agree on these. */
export const testPasswords: RolePasswords = {
  monolith: 'test-monolith',
  auth_seam: 'test-auth-seam',
  auth_service: 'test-auth-service',
  gateway: 'test-gateway',
};

/** Makes the components' roles once for the run, on the server that its tests make their databases on. */
export async function createTestRoles(serverUrl: string): Promise<void> {
  const admin = new pg.Client({ connectionString: serverUrl });
  await admin.connect();
  try {
    await createRoles(admin, testPasswords);
  } finally {
    await admin.end();
  }
}
