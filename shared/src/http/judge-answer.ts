import { errorBody, errorStatuses } from '../errors.ts';
import { type Answer, errorsOf, type RouteSpec } from '../route.ts';

/** An answer as it came over the wire. `json` is undefined where the body is none or is not JSON. */
export interface ObservedAnswer {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly json: unknown;
  readonly bodyBytes: number;
}

export type Judgement =
  | {
      readonly kind: 'answer';
      readonly body: unknown;
      readonly faults: readonly string[];
      /** Fields that no schema names: harmless to a client, but a leak or a drift to whoever tests a server. */
      readonly undeclared: readonly string[];
    }
  | { readonly kind: 'error'; readonly faults: readonly string[] };

/** Holds an answer against its route. No faults: the contract allows it, field by field. */
export function judgeAnswer(route: RouteSpec, observed: ObservedAnswer): Judgement {
  const answer = route.answers[observed.status];
  return answer === undefined ? judgeError(route, observed) : judgeDeclared(answer, observed);
}

function judgeDeclared(answer: Answer, observed: ObservedAnswer): Judgement {
  const faults: string[] = [];
  if (answer.kind === 'empty') {
    if (observed.bodyBytes > 0)
      faults.push(`has a body of ${observed.bodyBytes} bytes where none is declared`);
    return { kind: 'answer', body: undefined, faults, undeclared: [] };
  }
  const type = mediaType(observed.contentType);
  if (answer.kind === 'media') {
    if (!answer.contentTypes.includes(type))
      faults.push(`is ${type}, not one of ${answer.contentTypes.join(', ')}`);
    return { kind: 'answer', body: undefined, faults, undeclared: [] };
  }
  if (type !== 'application/json') faults.push(`is ${type}, not application/json`);
  const parsed = answer.schema.safeParse(observed.json);
  if (!parsed.success) {
    for (const issue of parsed.error.issues)
      faults.push(`${issue.path.map(String).join('.')}: ${issue.message}`);
    return { kind: 'answer', body: undefined, faults, undeclared: [] };
  }
  return {
    kind: 'answer',
    body: parsed.data,
    faults,
    undeclared: undeclaredFields(observed.json, parsed.data),
  };
}

function judgeError(route: RouteSpec, observed: ObservedAnswer): Judgement {
  const parsed = errorBody.safeParse(observed.json);
  if (!parsed.success) {
    return {
      kind: 'error',
      faults: [`status ${observed.status} is not declared, and is not the contract's error`],
    };
  }
  const faults: string[] = [];
  const { code } = parsed.data.error;
  if (!errorsOf(route).includes(code)) faults.push(`error ${code} is not declared`);
  if (errorStatuses[code] !== observed.status) faults.push(`error ${code} has status ${observed.status}`);
  return { kind: 'error', faults };
}

/** Paths that are in what was sent, and that no schema let through. */
function undeclaredFields(sent: unknown, allowed: unknown, path = ''): string[] {
  if (typeof sent !== 'object' || sent === null || typeof allowed !== 'object' || allowed === null) return [];
  const known = allowed as Readonly<Record<string, unknown>>;
  return Object.entries(sent).flatMap(([key, value]) => {
    const here = path === '' ? key : `${path}.${key}`;
    return key in known ? undeclaredFields(value, known[key], here) : [here];
  });
}

function mediaType(contentType: string | undefined): string {
  return contentType?.split(';')[0]?.trim().toLowerCase() ?? 'of no type';
}
