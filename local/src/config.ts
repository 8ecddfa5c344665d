import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const portSchema = z
  .string()
  .regex(/^\d{1,5}$/, { error: 'must be a port from 1 to 65535', abort: true })
  .transform(Number)
  .refine((value) => value >= 1 && value <= 65_535, 'must be a port from 1 to 65535');

const schema = z.object({
  GATEWAY_PORT: portSchema.default(8080),
  OPS_PORT: portSchema.default(8081),
  MONOLITH_PORT: portSchema.default(4000),
  LAMBDA_HOST_PORT: portSchema.default(9000),
  POSTGRES_PORT: portSchema.default(54_329),
  MAIL_WEB_PORT: portSchema.default(8025),
  MAIL_SMTP_PORT: portSchema.default(2525),
  BANYAN_DATA_DIR: z.string().default(fileURLToPath(new URL('../../.banyan', import.meta.url))),
  /** Of the monolith's timer: whoever tries it out need not wait for the minute that it takes in life. */
  NOTIFICATION_INTERVAL_SECONDS: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a number of seconds')
    .transform(Number)
    .default(5),
  /** Set by npm for the scripts that it runs. */
  npm_lifecycle_event: z.string().optional(),
  /** Another PostgreSQL than the embedded one. */
  DATABASE_URL: urlOf('postgres', 'postgresql').optional(),
  /** Another mail server than the sink. */
  SMTP_URL: urlOf('smtp', 'smtps').optional(),
});

export interface Config {
  readonly ports: {
    readonly gateway: number;
    readonly ops: number;
    readonly monolith: number;
    readonly lambdaHost: number;
    readonly postgres: number;
    readonly mailWeb: number;
    readonly mailSmtp: number;
  };
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  readonly smtpUrl: string | undefined;
  readonly notificationIntervalSeconds: number;
  readonly underNpm: boolean;
}

export type ConfigOutcome =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly faults: readonly string[] };

/** Judges the whole environment: every fault at once, by the variable's name. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): ConfigOutcome {
  // A variable that is set to nothing is one that is not set.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const outcome = schema.safeParse(given);
  if (!outcome.success) {
    return {
      ok: false,
      faults: outcome.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`),
    };
  }
  const values = outcome.data;
  const config: Config = {
    ports: {
      gateway: values.GATEWAY_PORT,
      ops: values.OPS_PORT,
      monolith: values.MONOLITH_PORT,
      lambdaHost: values.LAMBDA_HOST_PORT,
      postgres: values.POSTGRES_PORT,
      mailWeb: values.MAIL_WEB_PORT,
      mailSmtp: values.MAIL_SMTP_PORT,
    },
    dataDir: resolve(values.BANYAN_DATA_DIR),
    databaseUrl: values.DATABASE_URL,
    smtpUrl: values.SMTP_URL,
    notificationIntervalSeconds: values.NOTIFICATION_INTERVAL_SECONDS,
    underNpm: values.npm_lifecycle_event !== undefined,
  };
  const faults = doubledPorts(config.ports);
  return faults.length > 0 ? { ok: false, faults } : { ok: true, config };
}

export const portVariables = {
  gateway: 'GATEWAY_PORT',
  ops: 'OPS_PORT',
  monolith: 'MONOLITH_PORT',
  lambdaHost: 'LAMBDA_HOST_PORT',
  postgres: 'POSTGRES_PORT',
  mailWeb: 'MAIL_WEB_PORT',
  mailSmtp: 'MAIL_SMTP_PORT',
} as const satisfies Record<keyof Config['ports'], string>;

function doubledPorts(ports: Config['ports']): string[] {
  const byPort = Map.groupBy(Object.entries(ports), ([, port]) => port);
  return [...byPort].flatMap(([port, uses]) => {
    if (uses.length < 2) return [];
    const names = uses.map(([name]) => portVariables[name as keyof Config['ports']]);
    return [`${names.join(' and ')} are both ${port}`];
  });
}

function urlOf(...protocols: readonly string[]) {
  return z
    .string()
    .refine(
      (value) => URL.canParse(value) && protocols.includes(new URL(value).protocol.slice(0, -1)),
      `must be a URL that begins with ${protocols.map((name) => `${name}://`).join(' or ')}`,
    );
}
