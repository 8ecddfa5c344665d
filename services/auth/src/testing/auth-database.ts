import { randomUUID } from 'node:crypto';
import { connect } from '@banyan/serving';
import type { Knex } from 'knex';
import pg from 'pg';
import { advance } from '../seam/move.ts';
import { createLegacyTables } from './legacy-tables.ts';

export interface AuthDatabase {
  /** A superuser's: for looking at rows, and for bringing them into a state that no request leads to. */
  readonly admin: Knex;
  /** As the role, with its rights and its search path: what the service is given as its `DATABASE_URL`. */
  readonly urlAs: (role: 'auth_service' | 'monolith' | 'auth_seam') => string;
  drop(): Promise<void>;
}

const searchPaths = { auth_service: 'auth, public', monolith: 'public', auth_seam: 'public' } as const;

/** A database of its own, with the monolith's tables, where the seam has them: in schema `auth`, unless told otherwise. */
export async function createAuthDatabase({ seam = 'in-auth' } = {}): Promise<AuthDatabase> {
  const name = `auth_${randomUUID().replaceAll('-', '')}`;
  await onServer(`CREATE DATABASE ${name}`);
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  const admin = connect({ url: url.href, applicationName: 'test', poolSize: 4 });
  await createLegacyTables(admin);
  if (seam === 'in-auth') await advance(admin);
  return {
    admin,
    urlAs(role) {
      const asRole = new URL(url);
      const path = searchPaths[role].replaceAll(' ', '');
      asRole.searchParams.set('options', `-c role=${role} -c search_path=${path}`);
      return asRole.href;
    },
    async drop() {
      await admin.destroy();
      await onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

function serverUrl(): string {
  const url = process.env.TEST_POSTGRES_URL;
  if (!url) throw new Error('TEST_POSTGRES_URL is not set: it is the server that tests make databases on.');
  return url;
}

async function onServer(statement: string): Promise<void> {
  const server = new pg.Client({ connectionString: serverUrl() });
  await server.connect();
  try {
    await server.query(statement);
  } finally {
    await server.end();
  }
}
