import { describe, expect, it } from '@jest/globals';
import { parseOptions } from '@node-rs/argon2';
import { hash as bcryptHash } from '@node-rs/bcrypt';
import { boundHashing } from './bound-hashing.ts';
import { createHashFunctions, type HashFunctions } from './hash-functions.ts';
import { createPasswords, type StoredHashes } from './passwords.ts';

const bcryptCost = 4;
const functions = createHashFunctions(bcryptCost);
const passwords = createPasswords(functions);

/** As the monolith leaves an account. */
async function monolithMade(password: string): Promise<StoredHashes> {
  return { bcrypt: await bcryptHash(password, bcryptCost), argon2id: null, argon2idBeside: null };
}

describe('passwords', () => {
  it('are kept as bcrypt, for the monolith, and as argon2id by the parameters of OWASP', async () => {
    const { bcrypt, argon2id } = await passwords.hash('correct horse');
    expect(bcrypt).toMatch(/^\$2[aby]\$04\$/);
    expect(argon2id).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(parseOptions(argon2id).saltLen).toBe(16);
  });

  it('match what was kept of them, and nothing else does', async () => {
    const kept = await passwords.hash('correct horse');
    expect(await passwords.compare('correct horse', kept)).toEqual({ matches: true, upgrade: undefined });
    for (const wrong of ['correct horsE', 'correct hors', 'correct horse ', '', '\0']) {
      expect(await passwords.compare(wrong, kept)).toEqual({ matches: false });
    }
  });

  it('never match an account that is not there', async () => {
    expect(await passwords.compare('the password of nobody', undefined)).toEqual({ matches: false });
  });

  it('of an account that the monolith made match, and come back with what to keep from now on', async () => {
    const legacy = await monolithMade('correct horse');
    const comparison = await passwords.compare('correct horse', legacy);
    if (!comparison.matches || comparison.upgrade === undefined) throw new Error('it does not upgrade');
    expect(comparison.upgrade.bcrypt).toBe(legacy.bcrypt);
    expect(await passwords.compare('correct horse', comparison.upgrade)).toEqual({
      matches: true,
      upgrade: undefined,
    });
    expect(await passwords.compare('correct horse!', legacy)).toEqual({ matches: false });
  });

  it('are the newest ones, when the monolith changed them and left an older argon2id hash behind', async () => {
    const before = await passwords.hash('the old password');
    const after = { ...before, bcrypt: await bcryptHash('the new password', bcryptCost) };
    expect(await passwords.compare('the old password', after)).toEqual({ matches: false });
    expect(await passwords.compare('the new password', after)).toMatchObject({ matches: true });
  });

  it.each([
    ['ASCII', 'x'.repeat(72)],
    ['two bytes each', 'é'.repeat(36)],
    ['three bytes each', '✓'.repeat(24)],
  ])('of 72 bytes (%s) do not match by their beginning alone, on either hash', async (_what, password) => {
    for (const kept of [await passwords.hash(password), await monolithMade(password)]) {
      expect((await passwords.compare(password, kept)).matches).toBe(true);
      expect((await passwords.compare(`${password}y`, kept)).matches).toBe(false);
      expect((await passwords.compare(password.slice(0, -1), kept)).matches).toBe(false);
    }
  });

  it('do not match by what encoding makes of a lone surrogate, or by what is before a NUL', async () => {
    for (const make of [passwords.hash, monolithMade]) {
      const surrogate = await make('eight \ufffd chars');
      expect((await passwords.compare('eight \ud800 chars', surrogate)).matches).toBe(false);
      const short = await make('correct horse');
      expect((await passwords.compare('correct horse\0tail', short)).matches).toBe(false);
    }
  });
});

describe('comparing a password', () => {
  it('is the same work for an account that is not there, an old, an upgraded and a changed one, right or wrong', async () => {
    const upgraded = await passwords.hash('correct horse');
    const accounts = {
      nobody: undefined,
      'made by the monolith': await monolithMade('correct horse'),
      upgraded,
      'changed by the monolith since': { ...upgraded, bcrypt: await bcryptHash('correct horse', bcryptCost) },
    };
    for (const stored of Object.values(accounts)) {
      for (const password of ['correct horse', 'wrong password', 'x'.repeat(1_000), '\ud800']) {
        const { counted, work } = countWork();
        await createPasswords(counted).compare(password, stored);
        expect(work).toEqual({ bcrypt: 1, argon2id: 1 });
      }
    }
  });

  it('costs bcrypt as much for an account that is not there', () => {
    expect(createHashFunctions(12).nobodysBcrypt).toMatch(/^\$2b\$12\$[./A-Za-z0-9]{53}$/);
  });
});

function countWork() {
  const work = { bcrypt: 0, argon2id: 0 };
  const counted: HashFunctions = {
    ...functions,
    bcryptHash(password) {
      work.bcrypt += 1;
      return functions.bcryptHash(password);
    },
    bcryptCompare(password, hash) {
      work.bcrypt += 1;
      return functions.bcryptCompare(password, hash);
    },
    argon2idHash(password) {
      work.argon2id += 1;
      return functions.argon2idHash(password);
    },
    argon2idVerify(hash, password) {
      work.argon2id += 1;
      return functions.argon2idVerify(hash, password);
    },
  };
  return { counted, work };
}

describe('hashing', () => {
  it('beyond its bound is refused for now, rather than queued without end', async () => {
    const held = Promise.withResolvers<void>();
    const waiting = { ...functions, bcryptCompare: () => held.promise.then(() => false) };
    const bounded = boundHashing(createPasswords(waiting), 3);
    const first = [1, 2, 3].map(() => bounded.compare('correct horse', undefined));
    await expect(bounded.compare('correct horse', undefined)).rejects.toMatchObject({
      code: 'unavailable',
      headers: { 'retry-after': '2' },
    });
    await expect(bounded.hash('correct horse')).rejects.toMatchObject({ code: 'unavailable' });
    held.resolve();
    expect(await Promise.all(first)).toEqual(first.map(() => ({ matches: false })));
    expect(await bounded.compare('correct horse', undefined)).toEqual({ matches: false });
  });

  it('that fails gives its place back', async () => {
    const failing = { ...functions, bcryptCompare: () => Promise.reject(new Error('out of memory')) };
    const bounded = boundHashing(createPasswords(failing), 1);
    for (const _ of [1, 2]) {
      await expect(bounded.compare('correct horse', undefined)).rejects.toThrow('out of memory');
    }
  });
});
