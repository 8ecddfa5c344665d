import type { z } from 'zod';
import type { RouteSpec } from '../route.ts';

export type ParamsOf<R> = R extends { readonly params: infer P extends z.ZodType } ? z.input<P> : undefined;

/** The path of a request, with each parameter as one escaped segment. */
export function pathOf<R extends RouteSpec>(route: R, params: ParamsOf<R>): string {
  const values: Readonly<Record<string, unknown>> = params ?? {};
  return route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(values[name])));
}
