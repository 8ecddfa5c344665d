import { join } from 'node:path';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const milliseconds = z.coerce.number().int().min(0).max(3_600_000);

const postgresUrl = z.string().refine((text) => {
  return URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol);
}, 'must be a postgres:// URL');

const flagSource = z.string().transform((text, ctx): FlagSource => {
  const [, kind, path] = /^(flagd-file|module):(.+)$/.exec(text) ?? [];
  if (path !== undefined && (kind === 'flagd-file' || kind === 'module')) return { kind, path };
  ctx.addIssue({ code: 'custom', message: 'must be flagd-file:PATH or module:PATH' });
  return z.NEVER;
});

const environment = z.object({
  GATEWAY_HOST: z.string().min(1).optional(),
  GATEWAY_PORT: port.default(8080),
  OPS_HOST: z.string().min(1).default('127.0.0.1'),
  OPS_PORT: port.default(8081),
  OPS_TOKENS_FILE: z.string().min(1).optional(),
  SEAM_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be printable, without spaces')
    .optional(),
  GATEWAY_PLAN: z.string().min(1).optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  ACCESS_LOG: z.enum(['on', 'off']).default('on'),
  DRAIN_DELAY_MS: milliseconds.default(0),
  DRAIN_DEADLINE_MS: milliseconds.default(10_000),
  BANYAN_DATA_DIR: z.string().min(1).default('.banyan'),
  CUTOVER_DATABASE_URL: postgresUrl.optional(),
  CUTOVER_FLAGS: flagSource.optional(),
  CUTOVER_SNAPSHOT_FILE: z.string().min(1).optional(),
  /** Signs what pins testers to a side. */
  OVERRIDE_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  /** Set by npm and npx for what they run. */
  npm_lifecycle_event: z.string().optional(),
});

const rules = environment.refine((it) => !(it.CUTOVER_DATABASE_URL && it.CUTOVER_FLAGS), {
  path: ['CUTOVER_FLAGS'],
  message: "can't be given beside CUTOVER_DATABASE_URL: cutovers are kept in one place",
});

/** Where an OpenFeature provider comes from: flagd's file of flags, or a module that exports `createProvider()`. */
export interface FlagSource {
  readonly kind: 'flagd-file' | 'module';
  readonly path: string;
}

/** Where cutovers are kept: in a database, behind flags, or else by this process alone. */
export interface CutoverConfig {
  readonly databaseUrl?: string | undefined;
  readonly flags?: FlagSource | undefined;
  /** The last good snapshot, for starts without the store. Without it nothing is saved. */
  readonly snapshotFile?: string | undefined;
}

export interface GatewayConfig {
  /** Where clients come in. Without a host, on every address. */
  readonly listen: { readonly host?: string | undefined; readonly port: number };
  /** Where operators come in; on loopback unless said otherwise. */
  readonly ops: {
    readonly host: string;
    readonly port: number;
    /** Whose tokens count; without it one is minted and kept in the data folder. */
    readonly tokensFile?: string | undefined;
    /** Shown to seams. */
    readonly seamToken?: string | undefined;
  };
  /** How long to be unready yet still accept, for a load balancer to notice. */
  readonly drainDelayMs: number;
  /** How long requests in flight may take to finish after that. */
  readonly drainDeadlineMs: number;
  /** What this machine's gateways keep on disk. */
  readonly dataDir: string;
  readonly cutovers: CutoverConfig;
  /** Without it no override is valid. */
  readonly overrideSecret?: string | undefined;
}

export interface ProcessConfig extends GatewayConfig {
  readonly planFile: string | undefined;
  readonly logLevel: string;
  readonly accessLog: boolean;
  readonly underNpm: boolean;
}

export type Overrides = { readonly [K in keyof z.input<typeof environment>]?: string };

export type ReadConfig =
  | { readonly ok: true; readonly config: ProcessConfig }
  | { readonly ok: false; readonly faults: readonly string[]; readonly planFile: string | undefined };

/** Checks the whole environment. What the command line gives stands in for variables, under the same checks. */
export function readConfig(overrides: Overrides = {}): ReadConfig {
  const given = Object.fromEntries(
    Object.entries({ ...process.env, ...overrides }).filter(
      ([, value]) => value !== undefined && value !== '',
    ),
  );
  const result = rules.safeParse(given);
  if (!result.success) {
    return { ok: false, faults: result.error.issues.map(faultText), planFile: given.GATEWAY_PLAN };
  }
  const values = result.data;
  return {
    ok: true,
    config: {
      listen: { host: values.GATEWAY_HOST, port: values.GATEWAY_PORT },
      ops: {
        host: values.OPS_HOST,
        port: values.OPS_PORT,
        tokensFile: values.OPS_TOKENS_FILE,
        seamToken: values.SEAM_TOKEN,
      },
      accessLog: values.ACCESS_LOG === 'on',
      drainDelayMs: values.DRAIN_DELAY_MS,
      drainDeadlineMs: values.DRAIN_DEADLINE_MS,
      dataDir: values.BANYAN_DATA_DIR,
      cutovers: {
        databaseUrl: values.CUTOVER_DATABASE_URL,
        flags: values.CUTOVER_FLAGS,
        snapshotFile: values.CUTOVER_SNAPSHOT_FILE ?? join(values.BANYAN_DATA_DIR, 'cutovers.json'),
      },
      overrideSecret: values.OVERRIDE_SECRET,
      planFile: values.GATEWAY_PLAN,
      logLevel: values.LOG_LEVEL,
      underNpm: values.npm_lifecycle_event !== undefined,
    },
  };
}

function faultText(issue: z.core.$ZodIssue): string {
  return `${issue.path.join('.')}: ${issue.message}`;
}
