import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import type { Logger } from '../telemetry/log.ts';
import type { Cutover, Cutovers } from './cutover.ts';
import { cutoverState, faultsOf } from './cutover-state.ts';
import { withFileLock } from './file-lock.ts';

/** The last good snapshot on disk, for starts without a store. Several processes may share one file. */
export interface SnapshotFile {
  /** What was saved last. A file that isn't whole is as good as none. */
  load(): Cutovers;
  /** Saves soon, in the background. Of several that wait only the newest is written. */
  save(cutovers: Cutovers): void;
  /** Resolves once what was given last is saved, or could not be. */
  close(): Promise<void>;
}

export interface SnapshotFileDeps {
  readonly path: string;
  readonly logger: Logger;
  /**
   * What the store says now. Asked when the file knows a later version than what is to be saved: either another process
   * was faster, or the store went back. Without an answer the file is right.
   */
  readonly confirm?: () => Promise<Cutovers | undefined>;
  readonly retryAfterMs?: number;
}

const format = 1;
const leftoverAfterMs = 60_000;

const snapshotFile = z.object({
  format: z.literal(format),
  cutovers: z.record(
    z.string(),
    cutoverState.and(
      z.object({
        version: z.int().min(1),
        changedAt: z.string().optional(),
        changedBy: z.string().optional(),
        why: z.string().optional(),
      }),
    ),
  ),
});

export function openSnapshotFile(deps: SnapshotFileDeps): SnapshotFile {
  const { logger, confirm, retryAfterMs = 5_000 } = deps;
  const path = resolve(deps.path);
  let waiting: Cutovers | undefined;
  let saving: Promise<void> | undefined;
  let failed = false;
  let retry: NodeJS.Timeout | undefined;
  let swept = false;

  function save(cutovers: Cutovers): void {
    clearTimeout(retry);
    waiting = cutovers;
    saving ??= saveAll();
  }

  async function saveAll(): Promise<void> {
    while (waiting !== undefined) {
      const cutovers = waiting;
      waiting = undefined;
      try {
        await merge(cutovers);
        failed = false;
      } catch (error) {
        if (!failed) logger.warn({ path, reason: reasonOf(error) }, 'cutovers not saved');
        failed = true;
        retry = setTimeout(save, retryAfterMs, cutovers).unref();
      }
    }
    saving = undefined;
  }

  async function merge(cutovers: Cutovers): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    if (!swept) await sweepLeftovers(path);
    swept = true;
    await withFileLock(`${path}.lock`, async () => {
      const before = await readIfThere(path);
      const onDisk = parse(before).cutovers;
      const ahead = [...onDisk].filter(([name, { version }]) => version > (cutovers.get(name)?.version ?? 0));
      const confirmed = ahead.length === 0 ? undefined : await confirm?.().catch(() => undefined);
      const kept = ahead.filter(([name, { version }]) => {
        if (confirmed === undefined || !cutovers.has(name)) return true;
        return (confirmed.get(name)?.version ?? 0) >= version;
      });
      const text = serialise(new Map([...onDisk, ...cutovers, ...kept]));
      // Of several gateways that follow one store all but the first find it saved.
      if (text !== before) await replace(path, text);
    });
  }

  return {
    load() {
      const { cutovers, fault } = parse(readSyncIfThere(path));
      if (fault !== undefined) logger.warn({ path, fault }, 'saved cutovers ignored: the file is damaged');
      return cutovers;
    },
    save,
    async close() {
      await saving;
      clearTimeout(retry);
    },
  };
}

interface Parsed {
  readonly cutovers: Cutovers;
  readonly fault?: string;
}

function parse(text: string | undefined): Parsed {
  const nothing = new Map<string, Cutover>();
  if (text === undefined) return { cutovers: nothing };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { cutovers: nothing, fault: reasonOf(error) };
  }
  const { success, data, error } = snapshotFile.safeParse(json);
  if (!success) return { cutovers: nothing, fault: faultsOf(error) };
  const entries = Object.entries(data.cutovers);
  return { cutovers: new Map(entries.map(([name, it]) => [name, Object.freeze(it as Cutover)])) };
}

function serialise(cutovers: Cutovers): string {
  const changed = [...cutovers].filter(([, { version }]) => version > 0).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify({ format, cutovers: Object.fromEntries(changed) }, undefined, 2)}\n`;
}

/** What processes left behind that were killed while they wrote. */
async function sweepLeftovers(path: string): Promise<void> {
  for (const name of await readdir(dirname(path))) {
    const leftover = join(dirname(path), name);
    if (!leftover.startsWith(`${path}.`) || !leftover.endsWith('.tmp')) continue;
    const { mtimeMs } = await stat(leftover).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > leftoverAfterMs) await rm(leftover, { force: true });
  }
}

/** A reader, and a start after a crash, finds the old text or the new one, never a part. */
async function replace(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Makes the new name last through a power cut, where the file system can. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error) => absent(error));
}

function readSyncIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return absent(error);
  }
}

/** A file that can't be read (a folder, no permission) is as damaged as one that makes no sense. */
function absent(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : '';
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
