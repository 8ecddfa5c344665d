/** Starts a PostgreSQL, tells its parent the process id, and stays: for tests that kill whoever started a server. */
import { startPostgres } from '../src/postgres/start-postgres.ts';
import { createClusterFromCache } from './cluster-cache.ts';

const [dataDir, port] = process.argv.slice(2);
if (!dataDir || !port) throw new Error('usage: start-postgres-and-wait.ts DATA_DIR PORT');
const server = await startPostgres({
  dataDir,
  port: Number(port),
  logFile: `${dataDir}.log`,
  create: createClusterFromCache,
});
process.send?.(server.pid);
