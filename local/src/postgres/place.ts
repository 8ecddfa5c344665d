import { createHash } from 'node:crypto';
import { lstat, mkdir, readlink, realpath, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { canEnter, type RunAs } from './run-as.ts';

/** Where root keeps what PostgreSQL's account can't reach where it was asked for. */
const reachableRoot = '/var/lib/banyan';

export interface Place {
  /** The folder that PostgreSQL really uses. */
  readonly dataDir: string;
  /** Where a copy of the binaries may go that the account can run. */
  readonly copyParent: string;
}

/**
 * PostgreSQL goes where it was asked to, unless its account can't get there (as under /root). Then it goes to a
 * folder that is named after the one asked for, and a link at the asked one leads there.
 */
export async function choosePlace(asked: string, runAs: RunAs | undefined): Promise<Place> {
  await mkdir(dirname(asked), { recursive: true });
  // Without links on the way: a server is recognised by this path later.
  const parent = await realpath(dirname(asked));
  // As root, one copy serves every folder: it is 60 MB.
  const copyParent = runAs ? reachableRoot : parent;
  if (canEnter(parent, runAs)) return { dataDir: join(parent, basename(asked)), copyParent };

  const name = createHash('sha256').update(asked).digest('hex').slice(0, 12);
  await mkdir(join(reachableRoot, name), { recursive: true, mode: 0o755 });
  const dataDir = join(await realpath(reachableRoot), name, 'postgres');
  const existing = await lstat(asked).catch(() => undefined);
  if (existing && !existing.isSymbolicLink()) {
    throw new Error(
      `${asked} holds a PostgreSQL that its account can no longer reach: open ${parent} to others.`,
    );
  }
  if (!existing || (await readlink(asked)) !== dataDir) {
    await rm(asked, { force: true });
    await symlink(dataDir, asked);
  }
  return { dataDir, copyParent };
}

/** Removes a cluster wherever it really is. PostgreSQL must have been stopped. */
export async function removeCluster(asked: string): Promise<void> {
  const target = await readlink(asked).catch(() => undefined);
  if (target?.startsWith(`${await realpath(reachableRoot).catch(() => reachableRoot)}/`))
    await rm(dirname(target), { recursive: true, force: true });
  await rm(asked, { recursive: true, force: true });
}
