/** A route of the HTTP API, as API Gateway writes it: a method or ANY, and a path or `$default`. */
export interface HostRoute {
  readonly method: string;
  readonly path: string;
  /** The name of the function that answers. */
  readonly function: string;
}

export interface RouteMatch {
  readonly route: HostRoute;
  /** `GET /pets/{id}`, or `$default`. */
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>>;
}

export type RouteTable = (method: string, path: string) => RouteMatch | undefined;

interface Pattern {
  readonly route: HostRoute;
  readonly segments: readonly string[];
}

/**
 * Finds the most specific route, as an HTTP API does: literal before `{name}` before `{name+}`, a method before ANY, and
 * `$default` last. Paths are compared as they are: by case, and a trailing slash counts.
 */
export function createRouteTable(routes: readonly HostRoute[]): RouteTable {
  const fallback = routes.find(({ path }) => path === '$default');
  const patterns = routes
    .filter((route) => route !== fallback)
    .map((route): Pattern => ({ route, segments: route.path.split('/').slice(1) }))
    .sort(bySpecificity);
  return (method, path) => {
    const segments = path.split('/').slice(1);
    for (const pattern of patterns) {
      if (pattern.route.method !== 'ANY' && pattern.route.method !== method) continue;
      const pathParameters = matchSegments(pattern.segments, segments);
      if (pathParameters === undefined) continue;
      const routeKey = `${pattern.route.method} ${pattern.route.path}`;
      return { route: pattern.route, routeKey, pathParameters };
    }
    return fallback && { route: fallback, routeKey: '$default', pathParameters: {} };
  };
}

function matchSegments(
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [at, part] of pattern.entries()) {
    const greedy = /^\{(.+)\+\}$/.exec(part)?.[1];
    if (greedy !== undefined) {
      const rest = segments.slice(at).join('/');
      return rest === '' ? undefined : { ...parameters, [greedy]: rest };
    }
    const segment = segments[at];
    if (segment === undefined) return undefined;
    const name = /^\{(.+)\}$/.exec(part)?.[1];
    if (name === undefined ? part !== segment : segment === '') return undefined;
    if (name !== undefined) parameters[name] = segment;
  }
  return pattern.length === segments.length ? parameters : undefined;
}

function bySpecificity(left: Pattern, right: Pattern): number {
  for (const [at, part] of left.segments.entries()) {
    const other = right.segments[at];
    if (other === undefined) break;
    const difference = rank(part) - rank(other);
    if (difference !== 0) return difference;
  }
  return (
    right.segments.length - left.segments.length ||
    Number(left.route.method === 'ANY') - Number(right.route.method === 'ANY')
  );
}

function rank(part: string): number {
  if (!/^\{.+\}$/.test(part)) return 0;
  return part.endsWith('+}') ? 2 : 1;
}
