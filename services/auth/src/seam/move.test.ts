import { randomUUID } from 'node:crypto';
import { connect } from '@banyan/serving';
import { until } from '@banyan/serving/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Knex } from 'knex';
import { type AuthDatabase, createAuthDatabase } from '../testing/auth-database.ts';
import { readCatalogue } from '../testing/catalogue.ts';
import { advance, back, readState } from './move.ts';
import { verifySeam } from './verify.ts';

describe('the seam', () => {
  let database: AuthDatabase;
  let admin: Knex;
  let seam: Knex;
  let monolith: Knex;
  const open: Knex[] = [];
  beforeEach(async () => {
    database = await createAuthDatabase({ seam: 'in-public' });
    admin = database.admin;
    seam = connectAs('auth_seam');
    monolith = connectAs('monolith');
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((db) => db.destroy()));
    await database.drop();
  });

  function connectAs(role: 'auth_seam' | 'monolith' | 'auth_service'): Knex {
    const db = connect({ url: database.urlAs(role), applicationName: `test-${role}`, poolSize: 4 });
    open.push(db);
    return db;
  }

  async function addUser(db: Knex): Promise<string> {
    const id = randomUUID();
    await db('users').insert({ id, email: `${id}@example.com`, display_name: 'Ada', password_hash: '-' });
    return id;
  }

  /** Whether somebody waits for a lock that somebody else has. */
  const isSomebodyWaiting = async () =>
    (await admin('pg_locks').where({ granted: false }).first('pid')) !== undefined;

  it('moves there and back, and does nothing twice', async () => {
    expect(await advance(seam)).toMatchObject({ state: 'in-auth', attempts: 1 });
    expect(await advance(seam)).toMatchObject({ state: 'in-auth', attempts: 0 });
    expect(await readState(seam)).toBe('in-auth');
    expect(await back(seam)).toMatchObject({ state: 'in-public', attempts: 1 });
    expect(await back(seam)).toMatchObject({ state: 'in-public', attempts: 0 });
  });

  it('leaves everything as it was when it is back: names, owners, columns, constraints, indexes and grants', async () => {
    const before = await readCatalogue(admin);
    for (let round = 0; round < 3; round += 1) {
      await advance(seam);
      const there = await readCatalogue(admin);
      expect(there).not.toEqual(before);
      await back(seam);
      expect(await readCatalogue(admin)).toEqual(before);
    }
  });

  it('shows the monolith the columns that it made, in its order, and nothing of the service', async () => {
    const columns = () =>
      admin('information_schema.columns')
        .where({ table_schema: 'public' })
        .whereIn('table_name', ['users', 'sessions', 'refresh_tokens', 'password_resets', 'login_failures'])
        .orderBy(['table_name', 'ordinal_position'])
        .pluck('column_name');
    const before = await columns();
    await advance(seam);
    expect(await columns()).toEqual(before);
    await back(seam);
    // A migration of the monolith's, made while the tables are its own.
    await monolith.raw('ALTER TABLE users ADD COLUMN nickname text');
    await advance(seam);
    const row = await monolith('users').columnInfo();
    expect(Object.keys(row).at(-1)).toBe('nickname');
    expect(Object.keys(row)).not.toContain('argon2id_hash');
    expect((await verifySeam(seam)).faults).toEqual([]);
  });

  it('keeps what the monolith relies on: defaults, conflicts, row locks, returned rows, counts, cascades, references', async () => {
    await advance(seam);
    const id = await addUser(monolith);
    const [row] = await monolith('users').where({ id }).select('created_at', 'email');
    expect(row.created_at).toBeInstanceOf(Date);
    const again = { id: randomUUID(), email: row.email, display_name: 'Eve', password_hash: '-' };
    expect(await monolith('users').insert(again).onConflict('email').ignore().returning('id')).toEqual([]);
    await expect(monolith('users').insert(again)).rejects.toMatchObject({ code: '23505' });
    // Several rows of different columns, for which Knex writes DEFAULT.
    await monolith('users').insert([
      { ...again, email: 'b@example.com', created_at: new Date(0) },
      { ...again, id: randomUUID(), email: 'c@example.com' },
    ]);
    await monolith.transaction(async (tx) => {
      expect(await tx('users').where({ id }).forNoKeyUpdate().first('id')).toEqual({ id });
    });
    const sessionId = randomUUID();
    await monolith('sessions').insert({ id: sessionId, user_id: id });
    await monolith('images').insert({
      id: sessionId,
      owner_id: id,
      width: 1,
      height: 1,
      sha256: Buffer.alloc(32),
    });
    await monolith('users').where({ id }).update({ photo_image_id: sessionId });
    const bad = monolith('sessions').insert({ id: randomUUID(), user_id: randomUUID() });
    await expect(bad).rejects.toMatchObject({ code: '23503' });
    await monolith('images').where({ id: sessionId }).delete();
    expect(await monolith('users').where({ id }).first('photo_image_id')).toEqual({ photo_image_id: null });
    expect(await monolith('users').where({ id }).delete()).toBe(1);
    expect(await monolith('sessions').count('* as count').first()).toEqual({ count: '0' });
  });

  it('keeps what the service added when it goes back and comes again', async () => {
    await advance(seam);
    const service = connectAs('auth_service');
    const id = await addUser(monolith);
    await service('users')
      .where({ id })
      .update({ argon2id_hash: 'h', argon2id_beside: Buffer.from('b') });
    await back(seam);
    await expect(service('users')).rejects.toMatchObject({ code: '42501' });
    await advance(seam);
    expect(await service('users').where({ id }).first('argon2id_hash')).toEqual({ argon2id_hash: 'h' });
  });

  it('refuses a migration that alters a moved table, rather than let it make half of what it is meant to', async () => {
    await advance(seam);
    const alter = monolith.raw('ALTER TABLE users ADD COLUMN nickname text');
    await expect(alter).rejects.toMatchObject({ code: '42501' });
    const refer = monolith.raw('CREATE TABLE badges (user_id uuid REFERENCES users (id))');
    await expect(refer).rejects.toMatchObject({ code: '42809' });
  });

  it('waits for a transaction that uses the tables, and meanwhile holds nobody up for long', async () => {
    const id = await addUser(monolith);
    const reader = await monolith.transaction();
    await reader('users').where({ id }).first('id');
    const moving = advance(seam);
    await until(isSomebodyWaiting);
    // The time-out of this one statement is the promise: it would fail if it were held up for longer.
    const other = connectAs('monolith');
    await other.raw("SET statement_timeout = '900ms'");
    for (let request = 0; request < 5; request += 1) await other('users').where({ id }).first('email');
    await reader.commit();
    expect((await moving).attempts).toBeGreaterThan(1);
  });

  it('gives up in the end, says why, and leaves the state as it was', async () => {
    const reader = await monolith.transaction();
    await reader('sessions').first('id');
    const refusal = advance(seam, { patienceMs: 300 });
    await expect(refusal).rejects.toMatchObject({ name: 'SeamRefusal', code: 'busy' });
    await reader.rollback();
    expect(await readState(seam)).toBe('in-public');
    expect((await verifySeam(seam)).faults).toEqual([]);
  });

  it('loses a deadlock itself, rather than let a request lose it', async () => {
    const id = await addUser(monolith);
    const request = await monolith.transaction();
    // The seam locks users first, then waits for this; the request then wants users.
    await request('login_failures').insert({ key: 'k', points: 1, expire: 1 });
    const moving = advance(seam);
    await until(isSomebodyWaiting);
    await request('users').where({ id }).update({ display_name: 'Ada L.' });
    await request.commit();
    expect(await moving).toMatchObject({ state: 'in-auth' });
    expect(await monolith('users').where({ id }).first('display_name')).toEqual({ display_name: 'Ada L.' });
  });

  it('is in one of its states, and can go on, wherever its process is killed', async () => {
    for (let round = 0; round < 12; round += 1) {
      const victim = connectAs('auth_seam');
      const moving = (round % 2 === 0 ? advance : back)(victim).catch(() => undefined);
      // Later in each round: before it has begun, in the middle of it, and after its end.
      for (let look = 0; look < round * 2; look += 1) await admin.raw('SELECT 1');
      await admin.raw(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'test-auth_seam'`,
      );
      await moving;
      await readState(admin);
      expect((await verifySeam(admin)).faults).toEqual([]);
      await addUser(monolith);
    }
    await advance(connectAs('auth_seam'));
    await back(connectAs('auth_seam'));
  });

  it('is moved once when several move it at once, and by whoever comes last when they disagree', async () => {
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => advance(connectAs('auth_seam'))));
    expect(outcomes.map(({ state }) => state)).toEqual(Array.from({ length: 4 }, () => 'in-auth'));
    await Promise.all([back(connectAs('auth_seam')), advance(connectAs('auth_seam'))]);
    expect((await verifySeam(seam)).faults).toEqual([]);
  });

  it('refuses to go back under something that was built on its views', async () => {
    await advance(seam);
    await monolith.raw('CREATE VIEW names AS SELECT display_name FROM users');
    await expect(back(seam)).rejects.toMatchObject({ code: 'in-use' });
    await monolith.raw('DROP VIEW names');
    expect(await back(seam)).toMatchObject({ state: 'in-public' });
  });

  it('notices what was changed by hand', async () => {
    await advance(seam);
    await admin.raw(
      'ALTER TABLE auth.users ADD COLUMN stray text; ALTER TABLE auth.sessions OWNER TO monolith',
    );
    expect((await verifySeam(seam)).faults).toEqual([
      'the view public.users does not show the columns of its table',
      'auth.sessions is owned by monolith and not by auth_owner',
    ]);
  });
});
