import { connect } from '@banyan/serving';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AuthDatabase, createAuthDatabase } from '../testing/auth-database.ts';
import { advance, back, readState } from './move.ts';

describe('the seam', () => {
  let database: AuthDatabase;
  beforeAll(async () => {
    database = await createAuthDatabase({ seam: 'in-public' });
  });
  afterAll(() => database?.drop());

  it('moves there and back, and does nothing twice', async () => {
    const { admin } = database;
    expect(await readState(admin)).toBe('in-public');
    expect(await advance(admin)).toMatchObject({ state: 'in-auth', attempts: 1 });
    expect(await advance(admin)).toMatchObject({ state: 'in-auth', attempts: 0 });
    expect(await back(admin)).toMatchObject({ state: 'in-public', attempts: 1 });
    expect(await back(admin)).toMatchObject({ state: 'in-public', attempts: 0 });
  });

  it('is moved by the role that is for it, and leaves the service what it needs', async () => {
    const seam = connect({ url: database.urlAs('auth_seam'), applicationName: 'test', poolSize: 1 });
    const service = connect({ url: database.urlAs('auth_service'), applicationName: 'test', poolSize: 1 });
    try {
      await advance(seam);
      expect(await service('users').select('argon2id_hash')).toEqual([]);
      await back(seam);
      await expect(service('users')).rejects.toMatchObject({ code: '42501' });
    } finally {
      await Promise.all([seam.destroy(), service.destroy()]);
    }
  });
});
