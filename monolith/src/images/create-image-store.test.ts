import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { addHost } from '../waitlists/testing.ts';
import { createImageStore } from './create-image-store.ts';
import { createImageFiles, type ImageFiles } from './image-files.ts';
import type { ImageStore } from './image-store.ts';
import { createLanes } from './lanes.ts';
import { restrictSharp } from './make-variants.ts';
import { sweepOrphans } from './sweep.ts';
import { patternOf } from './testing.ts';

const lanes = createLanes({ lanes: 2, waiting: 16, retryAfterSeconds: 5 });
const anHourAgo = () => new Date(Date.now() - 61 * 60 * 1000);

let database: TestDatabase;
let ownerId: string;
let upload: Buffer;
let root: string;
let files: ImageFiles;
let images: ImageStore;

beforeAll(async () => {
  restrictSharp();
  database = await createTestDatabase();
  ownerId = await addHost(database.knex);
  upload = await patternOf(40, 30).png().toBuffer();
});
afterAll(() => database.drop());

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'images-test-'));
  files = createImageFiles(root);
  images = createImageStore({ files, lanes });
});
afterEach(() => rm(root, { recursive: true, force: true }));

const folderOf = (id: string) => join(root, id.slice(0, 2), id);
const sweep = () => sweepOrphans({ db: database.knex, files, now: () => new Date() });
const prepareAndCommit = async () => {
  const prepared = await images.prepare(upload);
  return database.knex.transaction((tx) => images.commit(tx, prepared, ownerId));
};

async function imagesOnDisk(): Promise<string[]> {
  const names = await readdir(root, { recursive: true });
  return names.map((name) => name.split('/').at(-1) ?? '').filter((name) => name.length === 36);
}

describe('storing an image', () => {
  it('has every file in its place before the row can be seen', async () => {
    const prepared = await images.prepare(upload);
    await database.knex.transaction(async (tx) => {
      await images.commit(tx, prepared, ownerId);
      expect((await readdir(folderOf(prepared.id))).sort()).toEqual(
        ['card', 'full', 'thumb'].flatMap((variant) =>
          ['avif', 'jpg', 'webp'].map((type) => `${variant}.${type}`),
        ),
      );
      expect(await database.knex('images').where({ id: prepared.id })).toEqual([]);
    });
    expect(await database.knex('images').where({ id: prepared.id })).toHaveLength(1);
  });

  it('leaves nothing of an upload whose request ended without it', async () => {
    await images.discard(await images.prepare(upload));
    expect(await imagesOnDisk()).toEqual([]);
  });

  it('keeps the files when a transaction may or may not have been committed', async () => {
    const image = await prepareAndCommit();
    await images.discard({ ...image, sha256: Buffer.alloc(0) });
    expect(await imagesOnDisk()).toEqual([image.id]);
  });

  it('can be committed again, as a transaction that is tried again does', async () => {
    const prepared = await images.prepare(upload);
    const failed = database.knex.transaction(async (tx) => {
      await images.commit(tx, prepared, ownerId);
      throw new Error('rolled back');
    });
    await expect(failed).rejects.toThrow('rolled back');
    await database.knex.transaction((tx) => images.commit(tx, prepared, ownerId));
    expect(await imagesOnDisk()).toEqual([prepared.id]);
  });

  it('adds no row where the files are not', async () => {
    const prepared = await images.prepare(upload);
    await images.discard(prepared);
    await expect(database.knex.transaction((tx) => images.commit(tx, prepared, ownerId))).rejects.toThrow(
      'ENOENT',
    );
    expect(await database.knex('images').where({ id: prepared.id })).toEqual([]);
  });

  it('says 503 when the disk is full, and leaves nothing half-written', async () => {
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    const fullDisk: ImageFiles = {
      ...files,
      async stage(id, made) {
        await files.stage(id, made.slice(0, 2));
        throw full;
      },
    };
    const store = createImageStore({ files: fullDisk, lanes });
    await expect(store.prepare(upload)).rejects.toMatchObject({ code: 'unavailable', cause: full });
    expect(await imagesOnDisk()).toEqual([]);
  });
});

describe('the sweep', () => {
  it('removes what a crash left after an hour, and nothing younger, and nothing that has a row', async () => {
    const kept = await prepareAndCommit();
    const staged = [await images.prepare(upload), await images.prepare(upload)] as const;
    const moved = [await images.prepare(upload), await images.prepare(upload)] as const;
    for (const { id } of moved) await files.publish(id);
    for (const folder of [folderOf(kept.id), join(root, '.staged', staged[0].id), folderOf(moved[0].id)]) {
      await utimes(folder, anHourAgo(), anHourAgo());
    }
    expect(await sweep()).toBe(2);
    expect((await imagesOnDisk()).sort()).toEqual([kept.id, staged[1].id, moved[1].id].sort());
  });

  it('removes files that outlived their row', async () => {
    await prepareAndCommit();
    const { id } = await prepareAndCommit();
    await database.knex('images').where({ id }).delete();
    await utimes(folderOf(id), anHourAgo(), anHourAgo());
    expect(await sweep()).toBe(1);
    expect(await imagesOnDisk()).not.toContain(id);
  });

  it('removes no image by a database that knows none at all', async () => {
    const { id } = await prepareAndCommit();
    await utimes(folderOf(id), anHourAgo(), anHourAgo());
    await database.knex('images').delete();
    expect(await sweep()).toBe(0);
    expect(await imagesOnDisk()).toEqual([id]);
  });

  it('leaves alone what is not ours', async () => {
    await files.makeFolders();
    await files.stage('lost+found', []);
    await utimes(join(root, '.staged', 'lost+found'), anHourAgo(), anHourAgo());
    expect(await sweep()).toBe(0);
    expect(await readdir(join(root, '.staged'))).toEqual(['lost+found']);
  });
});
