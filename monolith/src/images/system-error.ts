/** Whether a fault is the operating system's, of one of these codes: `ENOENT`, `ENOSPC`, … */
export function isSystemError(fault: unknown, ...codes: readonly string[]): boolean {
  return (
    typeof fault === 'object' &&
    fault !== null &&
    'code' in fault &&
    codes.some((code) => code === fault.code)
  );
}
