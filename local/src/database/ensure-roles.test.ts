import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { advance, back } from '@banyan/auth-service';
import { readConfig, startMonolith } from '@banyan/monolith';
import { connect } from '@banyan/serving';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type Denied, denied } from '../../testing/denied.ts';
import { passwordsOf, urlAs } from '../stack/database-urls.ts';
import { type LoginRole, loginRoles } from './create-roles.ts';
import { ensureRoles } from './ensure-roles.ts';

const adminUrl = String(process.env.TEST_POSTGRES_URL);
const ids = { user: randomUUID(), session: randomUUID() };

describe('the database’s roles', () => {
  const database = `roles_${randomUUID().replaceAll('-', '')}`;
  const url = Object.assign(new URL(adminUrl), { pathname: `/${database}` }).href;
  let admin: pg.Client;
  let seam: ReturnType<typeof connect>;
  const clients = new Map<LoginRole, pg.Client>();

  const ensure = () => ensureRoles({ adminUrl, database, passwords: passwordsOf(adminUrl) });
  const as = async (role: LoginRole, sql: string) => (await clientOf(role)).query(sql);

  async function clientOf(role: LoginRole): Promise<pg.Client> {
    const client = clients.get(role) ?? (await connected(urlAs(role, url)));
    clients.set(role, client);
    return client;
  }

  beforeAll(async () => {
    await ensure();
    await startAndStopMonolith(urlAs('monolith', url));
    admin = await connected(url);
    await admin.query('CREATE TABLE gateway.cutovers (capability text)');
    await ensure();
    await admin.query(
      `INSERT INTO users (id, email, display_name, password_hash) VALUES ('${ids.user}', 'ada@example.com', 'Ada', '-')`,
    );
    await admin.query(`INSERT INTO sessions (id, user_id) VALUES ('${ids.session}', '${ids.user}')`);
    await admin.query(
      `INSERT INTO refresh_tokens (token_hash, session_id, expires_at) VALUES ('t', '${ids.session}', now())`,
    );
    seam = connect({ url: urlAs('auth_seam', url), applicationName: 'test', poolSize: 2 });
  });
  afterAll(async () => {
    for (const client of clients.values()) await client.end();
    await seam?.destroy();
    await admin?.end();
    const server = await connected(adminUrl);
    await server.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    await server.end();
  });

  /** One row per line that was not denied as it must be. */
  async function trySome(when: Denied['when']): Promise<string[]> {
    const wrong: string[] = [];
    for (const role of loginRoles) {
      const client = await clientOf(role);
      for (const line of denied[role].filter((each) => each.when === 'always' || each.when === when)) {
        await client.query('BEGIN');
        const code = await client.query(line.sql).then(
          () => 'allowed',
          (fault: unknown) => (fault instanceof pg.DatabaseError ? fault.code : String(fault)),
        );
        await client.query('ROLLBACK');
        if (code !== '42501') wrong.push(`${role} may not ${line.what}: ${code}`);
      }
    }
    return wrong;
  }

  it('let nobody in who has none', async () => {
    const { rows } = await admin.query(
      `SELECT has_database_privilege('public', current_database(), 'CONNECT') AS connect,
              has_schema_privilege('public', 'public', 'USAGE') AS usage`,
    );
    expect(rows).toEqual([{ connect: false, usage: false }]);
    const owner = Object.assign(new URL(url), { username: 'auth_owner' }).href;
    await expect(connected(owner)).rejects.toMatchObject({ code: expect.stringMatching(/^28/) });
  });

  it('are each denied what is not their own, before the seam has moved, after, and when it is back', async () => {
    expect(await trySome('in-public')).toEqual([]);
    await advance(seam);
    expect(await trySome('in-auth')).toEqual([]);
    await back(seam);
    expect(await trySome('in-public')).toEqual([]);
  });

  it('are documented line by line', async () => {
    const text = await readFile(new URL('../../../docs/database-roles.md', import.meta.url), 'utf8');
    const sections = new Map(text.split(/^### /m).map((section) => [section.split('\n')[0], section]));
    for (const role of loginRoles) {
      const section = sections.get(`\`${role}\` may not`) ?? '';
      const rows = section.match(/^\| (?!what|-).+ \|$/gm) ?? [];
      expect(rows.map((row) => row.split(' | ')[0]?.slice(2))).toEqual(denied[role].map(({ what }) => what));
    }
  });

  it('have what they need, wherever the seam is', async () => {
    for (const move of [advance, back]) {
      await move(seam);
      await as('monolith', `UPDATE users SET display_name = 'Ada L.' WHERE id = '${ids.user}'`);
      await as('monolith', 'BEGIN; CREATE TABLE later (id integer); DROP TABLE later; COMMIT');
      await as('gateway', 'BEGIN; CREATE TABLE changes (id integer); DROP TABLE changes; COMMIT');
    }
    await advance(seam);
    await as('auth_service', `SELECT argon2id_hash FROM users WHERE id = '${ids.user}' FOR NO KEY UPDATE`);
    await as('auth_service', `UPDATE sessions SET ended_at = NULL WHERE id = '${ids.session}'`);
    await as('auth_service', `SELECT pg_notify('outgoing_mails', '')`);
    await as('monolith', 'SELECT key_id, algorithm, public_jwk, verified_until FROM signing_keys');
    await back(seam);
    // Tokens that the service signed are good still.
    await as('monolith', 'SELECT key_id, algorithm, public_jwk, verified_until FROM signing_keys');
  });

  it('let the service delete a registration that came to nothing, and nobody else', async () => {
    await advance(seam);
    const id = randomUUID();
    const pending = `'${id}', 'pending:${id}', 'Eve', '-'`;
    await as(
      'auth_service',
      `INSERT INTO users (id, email, display_name, password_hash) VALUES (${pending})`,
    );
    const gone = await as('auth_service', `DELETE FROM users WHERE id = '${id}'`);
    expect(gone.rowCount).toBe(1);
    await expect(as('auth_service', `DELETE FROM users WHERE id = '${ids.user}'`)).rejects.toMatchObject({
      code: '42501',
    });
    await back(seam);
  });

  it('are made right again beside components that run, and in a database that a superuser made', async () => {
    await advance(seam);
    await admin.query('CREATE TABLE public.made_by_hand (id serial)');
    await admin.query(`BEGIN; SELECT FROM auth.users FOR UPDATE`);
    await ensure();
    await admin.query('ROLLBACK');
    const { rows } = await admin.query(
      `SELECT relname AS name, relowner::regrole::text AS owner FROM pg_class
       WHERE relnamespace = 'public'::regnamespace AND relname IN ('users', 'made_by_hand', 'made_by_hand_id_seq')
       ORDER BY relname`,
    );
    expect(rows).toEqual([
      { name: 'made_by_hand', owner: 'monolith' },
      { name: 'made_by_hand_id_seq', owner: 'monolith' },
      { name: 'users', owner: 'auth_owner' },
    ]);
    await admin.query('DROP TABLE public.made_by_hand');
    await back(seam);
  });

  it('are made once when several start at once', async () => {
    await Promise.all(Array.from({ length: 4 }, ensure));
    await startAndStopMonolith(urlAs('monolith', url));
  });
});

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

/** Its start is what makes its tables. */
async function startAndStopMonolith(databaseUrl: string): Promise<void> {
  const uploads = await mkdtemp(join(tmpdir(), 'banyan-roles-'));
  const outcome = readConfig({
    MONOLITH_PORT: '0',
    LOG_LEVEL: 'silent',
    DATABASE_URL: databaseUrl,
    JWT_SECRET: 'for tests: signs access tokens and nothing else',
    IDEMPOTENCY_SECRET: 'for tests: seals the answers that are kept',
    GUEST_TOKEN_SECRET: 'for tests: makes the tokens of guests',
    PUBLIC_URL: 'http://waitlist.test',
    SMTP_URL: 'smtp://127.0.0.1:2525',
    UPLOADS_DIR: uploads,
    BCRYPT_COST: '4',
  });
  if (!outcome.ok) throw new Error(outcome.faults.join('\n'));
  await (await startMonolith(outcome.config)).stop();
  await rm(uploads, { recursive: true });
}
