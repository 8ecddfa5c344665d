import { fileURLToPath } from 'node:url';
import { type LambdaHost, type LambdaHostOptions, startLambdaHost } from '../start-lambda-host.ts';

export interface TestHost extends LambdaHost {
  /** All that was logged so far. */
  readonly lines: readonly string[];
  /** Invokes and reads the answer. @throws if the invocation was refused */
  readonly call: (functionName: string, event?: unknown) => Promise<CallResult>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

export interface CallResult {
  readonly value: unknown;
  readonly errorType: string | undefined;
  readonly requestId: string;
  readonly log: readonly string[];
}

export interface FixtureSpec {
  /** The export of `functions.mjs` that is the handler, unless `bundle` names another file. */
  readonly export?: string;
  readonly bundle?: string;
  readonly memoryMb?: number;
  readonly timeoutMs?: number;
  readonly maxConcurrency?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

export type TestHostOptions = Partial<Omit<LambdaHostOptions, 'functions'>> & {
  readonly functions: Readonly<Record<string, FixtureSpec>>;
};

/** Where a fixture lies. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
}

/** A host of fixtures, each by its own name at `/<name>/{proxy+}`. */
export async function startTestHost({ functions, ...options }: TestHostOptions): Promise<TestHost> {
  const lines: string[] = [];
  const names = Object.keys(functions);
  const host = await startLambdaHost({
    port: 0,
    routes: names.map((name) => ({ method: 'ANY', path: `/${name}/{proxy+}`, function: name })),
    log: (_, line) => lines.push(line),
    ...options,
    functions: Object.entries(functions).map(([name, { export: exported, bundle, ...spec }]) => {
      const file = bundle ?? 'functions.mjs';
      const module = file.replace(/^.*\//, '').replace(/\.[cm]?js$/, '');
      return {
        name,
        bundle: file.startsWith('/') ? file : fixture(file),
        handler: `${module}.${exported ?? (bundle === undefined ? name : 'handler')}`,
        timeoutMs: 10_000,
        ...spec,
      };
    }),
  });
  return {
    ...host,
    lines,
    async call(functionName, event = {}) {
      const payload = Buffer.from(JSON.stringify(event));
      const outcome = await host.invoke(functionName, payload, { withLog: true });
      if (!outcome.ok) throw new Error(outcome.failure);
      return {
        value: JSON.parse(outcome.payload.toString('utf8')),
        errorType: outcome.errorType,
        requestId: outcome.requestId,
        log: outcome.log?.toString('utf8').trimEnd().split('\n') ?? [],
      };
    },
    [Symbol.asyncDispose]: host.stop,
  };
}
