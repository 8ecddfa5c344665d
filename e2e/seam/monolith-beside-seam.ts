import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureRoles, passwordsOf, urlAs } from '@banyan/local';
import { readConfig, startMonolith } from '@banyan/monolith';
import { connect } from '@banyan/serving';
import pg from 'pg';

type Database = ReturnType<typeof connect>;

export interface MonolithBesideSeam {
  readonly url: string;
  readonly databaseUrl: string;
  /** As the role that moves the seam. */
  readonly seam: Database;
  /** Stops the monolith and starts it again, migrations and all. @returns where it is then */
  readonly restart: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** The monolith on a database with its roles, as itself, and with somebody beside it who may move the seam. */
export async function startMonolithBesideSeam(): Promise<MonolithBesideSeam> {
  const adminUrl = process.env.TEST_POSTGRES_URL;
  if (!adminUrl) throw new Error('TEST_POSTGRES_URL is not set: the server on which tests make databases');
  const database = `seam_${randomUUID().replaceAll('-', '')}`;
  const databaseUrl = Object.assign(new URL(adminUrl), { pathname: `/${database}` }).href;
  await ensureRoles({ adminUrl, database, passwords: passwordsOf(adminUrl) });
  const folder = await mkdtemp(join(tmpdir(), 'banyan-seam-'));
  const outcome = readConfig({
    MONOLITH_PORT: '0',
    LOG_LEVEL: 'silent',
    DATABASE_URL: urlAs('monolith', databaseUrl),
    JWT_SECRET: 'for tests: signs access tokens and nothing else',
    IDEMPOTENCY_SECRET: 'for tests: seals the answers that are kept',
    GUEST_TOKEN_SECRET: 'for tests: makes the tokens of guests',
    PUBLIC_URL: 'http://waitlist.test',
    SMTP_URL: 'smtp://127.0.0.1:1',
    UPLOADS_DIR: join(folder, 'uploads'),
    // All of these visitors come from one address.
    LOGIN_FAILURES_PER_ADDRESS: '100000',
    BCRYPT_COST: '4',
    DRAIN_SECONDS: '2',
  });
  if (!outcome.ok) throw new Error(outcome.faults.join('\n'));
  const { config } = outcome;
  let monolith = await startMonolith(config);
  const seam = connect({ url: urlAs('auth_seam', databaseUrl), applicationName: 'test', poolSize: 2 });
  return {
    url: monolith.url,
    databaseUrl,
    seam,
    async restart() {
      await monolith.stop();
      monolith = await startMonolith(config);
      return monolith.url;
    },
    async stop() {
      await seam.destroy();
      await monolith.stop();
      const server = new pg.Client({ connectionString: adminUrl });
      await server.connect();
      await server.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
      await server.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
