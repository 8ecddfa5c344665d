/** The code that Node gives to errors of the system (`ENOENT`, `ECONNREFUSED`), if this is one. */
export function errorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}
