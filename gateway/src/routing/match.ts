import type { RouteEntry, RouteTable } from './route-table.ts';

/**
 * Finds the route of an unambiguous path the way Express 5 does with its default settings: literals regardless of case, a
 * parameter takes one segment, one trailing slash is allowed, and the first declared route wins.
 */
export function matchRoute(table: RouteTable, method: string, path: string): RouteEntry | undefined {
  const entries = table.byMethod.get(method) ?? table.byMethod.get('*');
  if (entries === undefined || entries.length === 0) return undefined;
  const segments = segmentsOf(path);
  for (const entry of entries) {
    if (fits(entry, segments)) return entry;
  }
  return undefined;
}

function segmentsOf(path: string): string[] {
  const end = path.length > 1 && path.charCodeAt(path.length - 1) === 0x2f ? path.length - 1 : path.length;
  if (end <= 1) return [];
  return path.slice(1, end).toLowerCase().split('/');
}

function fits({ pattern }: RouteEntry, segments: readonly string[]): boolean {
  const wanted = pattern.segments;
  if (pattern.prefix ? segments.length < wanted.length : segments.length !== wanted.length) return false;
  for (let i = 0; i < wanted.length; i++) {
    const literal = wanted[i];
    const segment = segments[i];
    if (literal === null ? segment === '' : segment !== literal) return false;
  }
  return true;
}
