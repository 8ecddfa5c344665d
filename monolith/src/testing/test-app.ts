import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, createLog, type Log, systemClock } from '@banyan/serving';
import type { Knex } from 'knex';
import { type Config, readConfig } from '../config.ts';
import { startMonolith } from '../start-monolith.ts';
import { type CapturedMail, captureMail } from './captured-mail.ts';
import { createTestDatabase } from './test-database.ts';

export interface TestApp {
  /** Where the whole application listens, for supertest or fetch. */
  readonly url: string;
  readonly config: Config;
  /** For looking at rows, and for bringing them into a state that no request leads to. */
  readonly db: Knex;
  readonly mail: CapturedMail;
  stop(): Promise<void>;
}

export interface TestAppOptions {
  readonly clock?: Clock;
  readonly log?: Log;
  readonly config?: Partial<Config>;
}

/** The whole application on a port of its own, with a database and a folder of its own; mails are captured. */
export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const database = await createTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'monolith-test-'));
  const config = { ...testConfig(database.url, folder), ...options.config };
  const mail = captureMail();
  const { clock = systemClock, log = createLog('test', 'silent') } = options;
  const monolith = await startMonolith(config, { clock, log, mailer: mail });
  return {
    url: monolith.url,
    config,
    db: database.knex,
    mail,
    async stop() {
      await monolith.stop();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function testConfig(databaseUrl: string, folder: string): Config {
  const outcome = readConfig({
    MONOLITH_PORT: '0',
    DATABASE_URL: databaseUrl,
    JWT_SECRET: 'for tests: signs access tokens and nothing else',
    IDEMPOTENCY_SECRET: 'for tests: seals the answers that are kept',
    GUEST_TOKEN_SECRET: 'for tests: makes the tokens of guests',
    PUBLIC_URL: 'http://waitlist.test',
    SMTP_URL: 'smtp://127.0.0.1:2525',
    UPLOADS_DIR: join(folder, 'uploads'),
    BCRYPT_COST: '4',
    DRAIN_SECONDS: '2',
  });
  if (!outcome.ok) throw new Error(outcome.faults.join('\n'));
  return outcome.config;
}
