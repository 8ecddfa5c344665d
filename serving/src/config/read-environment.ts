import type { z } from 'zod';

type CamelCase<Name extends string> = Name extends `${infer First}_${infer Rest}`
  ? `${Lowercase<First>}${Capitalize<CamelCase<Rest>>}`
  : Lowercase<Name>;

/** A configuration as the code names it, whatever the environment's schema has: `databaseUrl` for `DATABASE_URL`. */
export type ConfigOf<S extends z.ZodType> = {
  readonly [Name in keyof z.output<S> as CamelCase<Name & string>]: z.output<S>[Name];
};

export type ConfigOutcome<Config> =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly faults: readonly string[] };

/** Judges a whole environment, and reports every fault at once, by the variable's name and never with its value. */
export function readEnvironment<S extends z.ZodType<Record<string, unknown>>>(
  schema: S,
  environment: NodeJS.ProcessEnv,
): ConfigOutcome<ConfigOf<S>> {
  // A variable that is set to nothing is one that is not set: that is how compose files and shells leave them.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const outcome = schema.safeParse(given);
  if (!outcome.success) {
    return {
      ok: false,
      faults: outcome.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`),
    };
  }
  const named = Object.entries(outcome.data).map(([name, value]) => [camelCase(name), value]);
  return { ok: true, config: Object.fromEntries(named) as ConfigOf<S> };
}

/** The configuration; or all that is wrong with it on standard error, and the end of the process. */
export function configOrExit<Config>(program: string, outcome: ConfigOutcome<Config>): Config {
  if (outcome.ok) return outcome.config;
  const lines = outcome.faults.map((fault) => `  ${fault}\n`).join('');
  process.stderr.write(`${program} can't start: its environment is not right.\n${lines}`);
  process.exit(1);
}

function camelCase(name: string): string {
  return name.toLowerCase().replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}
