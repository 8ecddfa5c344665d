import type { RouteSpec } from '../../route.ts';
import { type RouteName, routes } from '../../routes.ts';
import { examples } from '../examples.ts';
import type { RawCall, World } from '../world.ts';

/** A route's example as the wire sees it, to be spoilt in one place. */
export interface RequestParts {
  readonly params: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>> | undefined;
  readonly form: FormData | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;
}

interface LooseInput {
  readonly params?: Readonly<Record<string, string>> | undefined;
  readonly body?: Readonly<Record<string, unknown>> | undefined;
  readonly form?: { readonly file?: Blob };
}

export async function requestOf(name: RouteName, world: World): Promise<RequestParts> {
  const route: RouteSpec = routes[name];
  const example = await examples[name](world);
  const input: LooseInput = example.input;
  const form = new FormData();
  if (input.form?.file && route.form) form.set(route.form.upload.field, input.form.file, 'upload.png');
  return {
    params: input.params ?? {},
    body: input.body,
    form: input.form ? form : undefined,
    headers: example.accessToken === undefined ? {} : { authorization: `Bearer ${example.accessToken}` },
    status: example.status,
  };
}

/** The request as its example has it, with some of it replaced. */
export function wireCall(parts: RequestParts, changes: RawCall = {}): RawCall {
  const body = parts.form ?? (parts.body === undefined ? undefined : JSON.stringify(parts.body));
  const type = parts.body === undefined ? {} : { 'content-type': 'application/json' };
  return {
    params: parts.params,
    ...(body === undefined ? {} : { body }),
    ...changes,
    headers: { ...parts.headers, ...type, ...changes.headers },
  };
}
