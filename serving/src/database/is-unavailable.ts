/**
 * Whether a fault says that the database could not do the work now, rather than that the work was wrong: no connection,
 * no room, a conflict between transactions, or a time-out. Trying again later is the remedy for all of them.
 */
export function isDatabaseUnavailable(fault: unknown): boolean {
  // Not by `instanceof`: the system's own errors are made elsewhere than where tests, each in a realm of its own, look.
  if (!Error.isError(fault)) return false;
  // Knex's, when no connection of the pool came free in time.
  if (fault.name === 'KnexTimeoutError') return true;
  if ('code' in fault && typeof fault.code === 'string') {
    return sqlStates.has(fault.code) || fault.code.startsWith('08') || networkCodes.has(fault.code);
  }
  return pgMessages.test(fault.message);
}

/** pg gives these no code; knex puts the statement before them: `ROLLBACK - Client has encountered …`. */
const pgMessages =
  /(?:^| - )(?:Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|timeout expired)/;

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const sqlStates = new Set([
  '25P03', // idle in transaction for too long
  '25P04', // transaction time-out
  '40001', // could not serialize
  '40P01', // deadlock
  '53000', // out of resources
  '53100', // disk full
  '53200', // out of memory
  '53300', // too many connections
  '55P03', // lock not available
  '57014', // statement time-out
  '57P01', // shutting down
  '57P02', // crashed
  '57P03', // starting up
]);

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);
