/**
 * A PostgreSQL that lives exactly as long as the process that forked this one: when that one disconnects, crashes or
 * is killed, the server is stopped and its folder removed.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../src/ports/free-port.ts';
import { removeCluster } from '../src/postgres/place.ts';
import { startPostgres } from '../src/postgres/start-postgres.ts';
import { createClusterFromCache } from './cluster-cache.ts';

/** Tests throw their data away: nothing is gained by making it survive a power cut. */
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

const parentEnded = new Promise<void>((resolve) => {
  process.once('disconnect', resolve);
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // The parent decides: these reach the whole group, and the parent may still be using the server.
  process.on(signal, () => undefined);
}

const folder = await mkdtemp(join(tmpdir(), 'banyan-test-postgres-'));
const dataDir = join(folder, 'postgres');
const logFile = join(folder, 'postgres.log');
// The account that PostgreSQL runs under, if that isn't ours, has to get through.
await chmod(folder, 0o711);
let server: Awaited<ReturnType<typeof startPostgres>> | undefined;
try {
  server = await startPostgres({
    dataDir,
    port: await freePort(),
    logFile,
    settings,
    create: createClusterFromCache,
  });
  if (process.connected) process.send?.({ url: server.url('postgres') });
  await parentEnded;
} catch (error) {
  if (process.connected) process.send?.({ error: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
} finally {
  await server?.stop();
  await removeCluster(dataDir);
  await rm(folder, { recursive: true, force: true });
  if (process.connected) process.disconnect();
}
