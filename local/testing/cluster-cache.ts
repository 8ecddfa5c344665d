import { createHash } from 'node:crypto';
import { cp, lchown, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Binaries } from '../src/postgres/binaries.ts';
import { createCluster, initdbFlags } from '../src/postgres/cluster.ts';
import type { RunAs } from '../src/postgres/run-as.ts';

const cacheFolder = fileURLToPath(new URL('../../node_modules/.cache/banyan', import.meta.url));

/**
 * Makes a cluster as `createCluster` does, from a copy that an earlier run left behind: about five times as fast.
 * A cache that can't be read or written costs that time and nothing else.
 */
export async function createClusterFromCache(
  binaries: Binaries,
  dataDir: string,
  runAs: RunAs | undefined,
): Promise<void> {
  const key = createHash('sha256')
    .update(JSON.stringify([binaries.version, initdbFlags]))
    .digest('hex');
  const cached = join(cacheFolder, `cluster-${key.slice(0, 12)}`);
  try {
    await cp(cached, dataDir, { recursive: true });
    if (runAs) await giveTo(dataDir, runAs);
    return;
  } catch {
    await rm(dataDir, { recursive: true, force: true });
  }
  await createCluster(binaries, dataDir, runAs);
  const unfinished = `${cached}.${process.pid}`;
  try {
    await mkdir(dirname(cached), { recursive: true });
    await cp(dataDir, unfinished, { recursive: true });
    await rename(unfinished, cached);
  } catch {
    // Another run was first, or the folder is not ours to write.
    await rm(unfinished, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function giveTo(folder: string, { uid, gid }: RunAs): Promise<void> {
  await lchown(folder, uid, gid);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    await lchown(join(entry.parentPath, entry.name), uid, gid);
  }
}
