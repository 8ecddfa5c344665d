import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** Whoever holds it longer has died: what is done under it takes milliseconds. */
const staleAfterMs = 5_000;
const retryMs = 10;

/**
 * One process at a time, across processes that share a folder. A lock that its holder left behind is broken after some
 * seconds; two that break it at one instant may then run together once, which its user must survive.
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const handle = await take(path);
  try {
    return await work();
  } finally {
    await handle.close();
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<FileHandle> {
  while (true) {
    try {
      return await open(path, 'wx', 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (await isStale(path)) await rm(path, { force: true });
    else await pause(retryMs * (1 + Math.random()));
  }
}

async function isStale(path: string): Promise<boolean> {
  const held = await stat(path).catch(() => undefined);
  return held !== undefined && Date.now() - held.mtimeMs > staleAfterMs;
}
