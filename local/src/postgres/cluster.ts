import { randomBytes } from 'node:crypto';
import { chown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isAlive } from '../processes/process-table.ts';
import type { Binaries } from './binaries.ts';
import { run } from './run.ts';
import type { RunAs } from './run-as.ts';

export const superuser = 'postgres';

/** Kept inside the cluster, so that the two can't come apart. */
const passwordFile = 'banyan-password';

/** Encoding and collation come from PostgreSQL itself, not from the locales of this machine. */
export const initdbFlags = [
  '--encoding=UTF8',
  '--no-locale',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--auth=scram-sha-256',
  `--username=${superuser}`,
  // A crash before the rename leaves nothing that is used, so there is nothing to sync early for.
  '--no-sync',
];

export async function isCluster(dataDir: string): Promise<boolean> {
  return readFile(join(dataDir, 'PG_VERSION')).then(
    () => true,
    () => false,
  );
}

export async function readPassword(dataDir: string): Promise<string> {
  return (await readFile(join(dataDir, passwordFile), 'utf8')).trim();
}

/**
 * Creates a cluster beside `dataDir` and renames it into place when it is whole: a crash at any step leaves
 * either no cluster or a good one.
 */
export async function createCluster(
  binaries: Binaries,
  dataDir: string,
  runAs: RunAs | undefined,
): Promise<void> {
  await removeUnfinished(dataDir);
  const unfinished = `${dataDir}.unfinished-${process.pid}`;
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  const password = randomBytes(24).toString('base64url');
  const handedOver = `${unfinished}.password`;
  await writeFile(handedOver, `${password}\n`, { mode: 0o600 });
  if (runAs) {
    await chown(unfinished, runAs.uid, runAs.gid);
    await chown(handedOver, runAs.uid, runAs.gid);
  }
  try {
    await run(binaries.initdb, [`--pgdata=${unfinished}`, `--pwfile=${handedOver}`, ...initdbFlags], runAs);
    // Written last, and by rename: a folder that has it is a whole one.
    await rename(handedOver, join(unfinished, passwordFile));
    await rename(unfinished, dataDir);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    await rm(handedOver, { force: true });
    throw error;
  }
}

async function removeUnfinished(dataDir: string): Promise<void> {
  const parent = dirname(dataDir);
  const prefix = `${basename(dataDir)}.unfinished-`;
  await mkdir(parent, { recursive: true });
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const creator = Number.parseInt(name.slice(prefix.length), 10);
    if (!isAlive(creator)) await rm(join(parent, name), { recursive: true, force: true });
  }
}
