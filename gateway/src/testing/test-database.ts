import { randomUUID } from 'node:crypto';
import pg from 'pg';

export interface TestDatabase {
  readonly url: string;
  /** As the superuser. */
  query(text: string, values?: readonly unknown[]): Promise<pg.QueryResult>;
  /** Also under connections that are still open. */
  drop(): Promise<void>;
}

/** An empty database of its own, on the server that the test run was given. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = serverUrl();
  const name = `gateway_${randomUUID().replaceAll('-', '')}`;
  await runOn(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    query: (text, values) => runOn(url.href, text, values),
    async drop() {
      await runOn(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

function serverUrl(): string {
  const url = process.env.TEST_POSTGRES_URL;
  if (!url)
    throw new Error('TEST_POSTGRES_URL is not set: the PostgreSQL server on which tests make databases');
  return url;
}

async function runOn(
  connectionString: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await client.query(text, [...values]);
  } finally {
    await client.end();
  }
}
