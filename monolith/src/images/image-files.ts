import { access, constants, type FileHandle, mkdir, open, opendir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageVariant } from '@banyan/contracts';
import type { ImageFormat, VariantFile } from './image-format.ts';
import { isSystemError } from './system-error.ts';

const idPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const shardPattern = /^[0-9a-f]{2}$/;

/**
 * The bytes of images, on the disk:
 *
 *     <root>/.staged/<id>/…                being made
 *     <root>/<first two of id>/<id>/thumb.avif, thumb.webp, thumb.jpg, card.avif, …
 *
 * A folder comes to its place whole and flushed, in one rename, and its files are never written again.
 */
export interface ImageFiles {
  /** Makes sure of the folders; rejects if they can't be written. */
  readonly makeFolders: () => Promise<void>;
  readonly stage: (id: string, files: readonly VariantFile[]) => Promise<void>;
  /** Moves a staged image to its place. Doing it again does nothing. */
  readonly publish: (id: string) => Promise<void>;
  readonly discardStaged: (id: string) => Promise<void>;
  readonly remove: (id: string) => Promise<void>;
  readonly open: (id: string, variant: ImageVariant, format: ImageFormat) => Promise<FileHandle | undefined>;
  /** The ids of images in their place, last written before `before`. */
  readonly publishedBefore: (before: Date) => AsyncIterable<string>;
  readonly stagedBefore: (before: Date) => AsyncIterable<string>;
}

export function createImageFiles(root: string): ImageFiles {
  const staging = join(root, '.staged');
  const stagedFolder = (id: string) => join(staging, id);
  // A UUID is the same in either case, to the database and to clients; a folder's name is not.
  const shardFolder = (id: string) => join(root, id.slice(0, 2).toLowerCase());
  const folder = (id: string) => join(shardFolder(id), id.toLowerCase());

  return {
    async makeFolders() {
      await mkdir(staging, { recursive: true });
      await access(staging, constants.W_OK);
    },

    async stage(id, files) {
      await mkdir(staging, { recursive: true });
      await mkdir(stagedFolder(id));
      await Promise.all(
        files.map(({ variant, format, bytes }) =>
          writeFlushed(join(stagedFolder(id), `${variant}.${format}`), bytes),
        ),
      );
      await flushFolder(stagedFolder(id));
    },

    async publish(id) {
      const created = await mkdir(shardFolder(id), { recursive: true });
      if (created !== undefined) await flushFolder(root);
      try {
        await rename(stagedFolder(id), folder(id));
      } catch (error) {
        if (!isSystemError(error, 'ENOENT')) throw error;
        await access(folder(id));
      }
      await flushFolder(shardFolder(id));
    },

    discardStaged: (id) => rm(stagedFolder(id), { recursive: true, force: true }),
    remove: (id) => rm(folder(id), { recursive: true, force: true }),

    async open(id, variant, format) {
      try {
        return await open(join(folder(id), `${variant}.${format}`));
      } catch (error) {
        if (isSystemError(error, 'ENOENT')) return undefined;
        throw error;
      }
    },

    async *publishedBefore(before) {
      for await (const shard of namesIn(root, shardPattern)) yield* idsBefore(join(root, shard), before);
    },

    stagedBefore: (before) => idsBefore(staging, before),
  };
}

async function* idsBefore(parent: string, before: Date): AsyncGenerator<string> {
  for await (const id of namesIn(parent, idPattern)) {
    try {
      if ((await stat(join(parent, id))).mtime < before) yield id;
    } catch (error) {
      if (!isSystemError(error, 'ENOENT')) throw error;
    }
  }
}

async function* namesIn(parent: string, pattern: RegExp): AsyncGenerator<string> {
  for await (const entry of await opendir(parent)) {
    if (entry.isDirectory() && pattern.test(entry.name)) yield entry.name;
  }
}

async function writeFlushed(path: string, bytes: Buffer): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** So that the names in it survive a power cut, as its files do. */
async function flushFolder(path: string): Promise<void> {
  const handle = await open(path);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
