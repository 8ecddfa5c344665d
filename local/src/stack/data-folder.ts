import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { removeCluster } from '../postgres/place.ts';
import { stopPostgres } from '../postgres/start-postgres.ts';
import { commandOf, isAlive } from '../processes/process-table.ts';

export interface DataFolder {
  readonly dir: string;
  readonly path: (...parts: readonly string[]) => string;
  readonly secrets: Secrets;
  /** Lets another run have it. */
  readonly release: () => Promise<void>;
}

/** What this copy of the waitlist signs and seals with: made once, so that sessions outlive a restart. */
export interface Secrets {
  readonly jwt: string;
  readonly idempotency: string;
  readonly guestToken: string;
  /** Seals the auth service's private keys. */
  readonly authKey: string;
  /** For whoever may move a seam. */
  readonly seamToken: string;
}

/** Says that the folder was made by this program, which alone may remove it. */
const markerFile = 'banyan.json';
const lockFile = 'running.json';
const secretsFile = 'secrets.json';

/** What a gateway that was run alone may have left in a folder of the usual name. */
const gatewayFiles: readonly string[] = ['operator-token', 'override-secret', 'cutovers.json'];

const lockSchema = z.object({ pid: z.int(), command: z.string() });
const secretSchema = z
  .string()
  .min(32)
  .default(() => randomBytes(48).toString('base64url'));
const secretsSchema = z.object({
  jwt: secretSchema,
  idempotency: secretSchema,
  guestToken: secretSchema,
  authKey: secretSchema,
  seamToken: secretSchema,
});

/** Makes the folder if it is missing, and claims it for this process. */
export async function openDataFolder(dir: string): Promise<DataFolder> {
  const contents = await makeFolder(dir);
  if (!contents.includes(markerFile)) {
    if (contents.some((name) => !gatewayFiles.includes(name)))
      throw new Error(`${dir} has other things in it. Set BANYAN_DATA_DIR to a folder of its own.`);
    await writeFile(join(dir, markerFile), `${JSON.stringify({ madeBy: 'banyan', layout: 1 })}\n`);
  }
  await refuseIfRunning(dir);
  const command = (await commandOf(process.pid)) ?? '';
  await writeFile(join(dir, lockFile), JSON.stringify({ pid: process.pid, command }));
  return {
    dir,
    path: (...parts) => join(dir, ...parts),
    secrets: await readSecrets(dir),
    release: () => rm(join(dir, lockFile), { force: true }),
  };
}

/** Removes the folder with all that was kept, and stops what an earlier run left running on it. */
export async function removeDataFolder(dir: string): Promise<void> {
  const contents = await readdir(dir).catch((): string[] => []);
  if (contents.length === 0) return;
  if (!contents.includes(markerFile)) {
    throw new Error(`${dir} was not made by this program, so it is not removed.`);
  }
  await refuseIfRunning(dir);
  await stopPostgres(join(dir, 'postgres'));
  await removeCluster(join(dir, 'postgres'));
  await rm(dir, { recursive: true, force: true });
}

async function makeFolder(dir: string): Promise<string[]> {
  try {
    await mkdir(dir, { recursive: true });
    return await readdir(dir);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`The data folder can't be used (${why}). Set BANYAN_DATA_DIR to one that can.`, {
      cause,
    });
  }
}

/** Two runs on one folder would share a database and a port file, and stop each other's parts. */
async function refuseIfRunning(dir: string): Promise<void> {
  const text = await readFile(join(dir, lockFile), 'utf8').catch(() => undefined);
  const lock = lockSchema.safeParse(parseJson(text)).data;
  if (!lock || lock.pid === process.pid || !isAlive(lock.pid)) return;
  // The id may belong to another program by now: the command line tells.
  if ((await commandOf(lock.pid)) !== lock.command) return;
  throw new Error(
    `This folder is in use by process ${lock.pid}: ${dir}\nStop that one, or start a second copy with its own BANYAN_DATA_DIR and ports.`,
  );
}

/** Those of an earlier run, with what it did not have yet. */
async function readSecrets(dir: string): Promise<Secrets> {
  const file = join(dir, secretsFile);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  const secrets = secretsSchema.parse(parseJson(text) ?? {});
  await writeFile(file, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
