/**
 * A route as the plan writes it, read once into segments. The syntax is the part of Express 5's in which a path can be
 * read in one way only: literal segments and whole-segment parameters.
 */

export interface RoutePattern {
  /** Upper case, or `*` for every method. */
  readonly method: string;
  /** Lower case literals; `null` stands for a parameter, which takes one whole segment. */
  readonly segments: readonly (string | null)[];
  /** Whether everything below the path belongs to it too, as with Express's `app.use`. */
  readonly prefix: boolean;
  /** As written, for logs and metrics: `GET /api/images/:id`. */
  readonly label: string;
}

export type RouteInput = string | { method?: string | undefined; path: string } | PrefixInput;

interface PrefixInput {
  prefix: string;
  method?: string | undefined;
}

export type ParsedRoute = { ok: true; route: RoutePattern } | { ok: false; fault: string };

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const parameter = /^:[A-Za-z_$][\w$]*$/;
// RFC 3986 pchar without what Express 5 gives a meaning to; `%` must begin an escape.
const literal = /^(?:[A-Za-z0-9\-._~!$&',;=@]|%[0-9A-Fa-f]{2})+$/;

export function parseRoute(input: RouteInput): ParsedRoute {
  if (typeof input === 'string') {
    const space = input.indexOf(' ');
    if (space === -1) {
      return fault(
        `write "METHOD /path", for example "GET ${input.startsWith('/') ? input : '/api/images/:id'}"`,
      );
    }
    return build(input.slice(0, space), input.slice(space + 1).trim(), false);
  }
  if ('prefix' in input) return build(input.method ?? '*', input.prefix, true);
  return build(input.method ?? '*', input.path, false);
}

/** Whether some request would match both. */
export function overlap(a: RoutePattern, b: RoutePattern): boolean {
  return sharesMethod(a.method, b.method) && sharesPath(a, b);
}

function build(method: string, path: string, prefix: boolean): ParsedRoute {
  if (method !== '*' && !token.test(method)) return fault(`"${method}" is not a method`);
  if (!path.startsWith('/')) return fault(`the path "${path}" must begin with "/"`);
  const written = path.slice(1).split('/');
  if (written.at(-1) === '') written.pop();
  const segments: (string | null)[] = [];
  for (const segment of written) {
    if (segment === '') return fault(`the path "${path}" has an empty segment`);
    if (segment === '.' || segment === '..') return fault(`the path "${path}" has a dot segment`);
    if (parameter.test(segment)) segments.push(null);
    else if (literal.test(segment)) segments.push(segment.toLowerCase());
    else {
      return fault(
        `the segment "${segment}" is neither a literal nor one whole parameter (":name"); for all below a path use { prefix: … }`,
      );
    }
  }
  const upper = method.toUpperCase();
  const label = `${upper} ${path}${prefix ? (path.endsWith('/') ? '*' : '/*') : ''}`;
  return { ok: true, route: { method: upper, segments, prefix, label } };
}

function fault(message: string): ParsedRoute {
  return { ok: false, fault: message };
}

function sharesMethod(a: string, b: string): boolean {
  // Express answers HEAD by a GET route, so that the two share requests.
  return a === b || a === '*' || b === '*' || (a === 'GET' && b === 'HEAD') || (a === 'HEAD' && b === 'GET');
}

function sharesPath(a: RoutePattern, b: RoutePattern): boolean {
  const shorter = a.segments.length <= b.segments.length ? a : b;
  const longer = shorter === a ? b : a;
  if (shorter.segments.length < longer.segments.length && !shorter.prefix) return false;
  return shorter.segments.every((segment, i) => {
    const other = longer.segments[i];
    return segment === null || other === null || segment === other;
  });
}
