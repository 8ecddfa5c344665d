import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { functionSchema } from './function-spec.ts';

const routeSchema = z.strictObject({
  method: z.enum(['ANY', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']),
  path: z.string().regex(/^(\$default|\/\S*)$/, 'must begin with / or be $default'),
  function: z.string(),
});

const milliseconds = z.int().min(1);

/** What the host is told in its file: its functions, its routes, and its times where they differ from AWS's. */
const fileSchema = z
  .strictObject({
    functions: z.array(functionSchema),
    routes: z.array(routeSchema),
    stateFolder: z.string().optional(),
    initTimeoutMs: milliseconds.optional(),
    integrationTimeoutMs: milliseconds.optional(),
    idleMs: milliseconds.optional(),
  })
  .superRefine(({ functions, routes }, context) => {
    const names = functions.map(({ name }) => name);
    const fault = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    for (const [at, name] of names.entries()) {
      if (names.indexOf(name) < at) fault(['functions', at, 'name'], `${name} is there twice`);
    }
    for (const [at, route] of routes.entries()) {
      if (!names.includes(route.function)) {
        fault(['routes', at, 'function'], `there is no function ${route.function}`);
      }
    }
  });

const environmentSchema = z.object({
  LAMBDA_HOST_CONFIG: z.string({ error: 'must name a JSON file' }),
  LAMBDA_HOST_HOST: z.string().default('127.0.0.1'),
  LAMBDA_HOST_PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a port from 0 to 65535')
    .transform(Number)
    .refine((port) => port <= 65_535, 'must be a port from 0 to 65535')
    .default(9000),
});

export type HostFile = z.infer<typeof fileSchema>;
export interface Config extends HostFile {
  readonly host: string;
  readonly port: number;
}

export type ConfigOutcome =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly faults: readonly string[] };

/** Judges the environment and the file that it names: every fault at once, by its variable or its place in the file. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): ConfigOutcome {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const outcome = environmentSchema.safeParse(given);
  const faults = outcome.success ? [] : faultsOf(outcome.error, '');
  const file = typeof given.LAMBDA_HOST_CONFIG === 'string' ? readFile(given.LAMBDA_HOST_CONFIG) : undefined;
  if (file && !file.ok) faults.push(...file.faults);
  if (!outcome.success || !file?.ok) return { ok: false, faults };
  const { LAMBDA_HOST_HOST: host, LAMBDA_HOST_PORT: port } = outcome.data;
  return { ok: true, config: { ...file.value, host, port } };
}

/** Judges what a host is given, whether it came from a file or from a caller. */
export function checkHostFile(
  value: unknown,
): { readonly ok: true; readonly value: HostFile } | { readonly ok: false; readonly faults: string[] } {
  const outcome = fileSchema.safeParse(value);
  return outcome.success
    ? { ok: true, value: outcome.data }
    : { ok: false, faults: faultsOf(outcome.error, '') };
}

function readFile(path: string): ReturnType<typeof checkHostFile> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, faults: [`LAMBDA_HOST_CONFIG can't be read: ${reason}`] };
  }
  const checked = checkHostFile(value);
  return checked.ok
    ? checked
    : { ok: false, faults: checked.faults.map((fault) => `LAMBDA_HOST_CONFIG ${fault}`) };
}

function faultsOf(error: z.ZodError, prefix: string): string[] {
  return error.issues.map(({ path, message }) => `${prefix}${path.join('.')} ${message}`.trim());
}
