import { createHmac } from 'node:crypto';
import type { LoginRole, RolePasswords } from '../database/create-roles.ts';

/** A role's password follows from the administrator's: there is nothing to keep, and two copies on one server agree. */
export function passwordsOf(adminUrl: string): RolePasswords {
  const adminPassword = decodeURIComponent(new URL(adminUrl).password);
  const passwordOf = (role: LoginRole) =>
    createHmac('sha256', adminPassword).update(role).digest('base64url');
  return {
    monolith: passwordOf('monolith'),
    auth_seam: passwordOf('auth_seam'),
    auth_service: passwordOf('auth_service'),
    gateway: passwordOf('gateway'),
  };
}

/** The same database, as one component's role. */
export function urlAs(role: LoginRole, databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.username = role;
  url.password = passwordsOf(databaseUrl)[role];
  return url.href;
}
