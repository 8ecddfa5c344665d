export { freePort, freePorts } from './ports/free-port.ts';
export { type PostgresOptions, type PostgresServer, startPostgres } from './postgres/start-postgres.ts';
