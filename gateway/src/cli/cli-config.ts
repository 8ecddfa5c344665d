import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { mintedTokenFile } from '../ops/access/operators.ts';
import { CliFault } from './cli-fault.ts';
import type { ClientOptions } from './client.ts';

const given = (schema: z.ZodType<string>) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

const url = z
  .string()
  .refine((text) => URL.canParse(text) && /^https?:/.test(text), 'must be an http:// or https:// URL');

const environment = z.object({
  BANYAN_OPS_URL: given(url),
  BANYAN_TOKEN: given(z.string().regex(/^[\x21-\x7e]+$/, 'must be one token, without spaces')),
  BANYAN_DATA_DIR: given(z.string()),
  OPS_PORT: given(z.string().regex(/^\d{1,5}$/, 'must be a port')),
});

export interface ClientFlags {
  readonly ops?: string | undefined;
  readonly token?: string | undefined;
}

/** Where the gateway is, and who asks: by flags, else by the environment, else by what a gateway of this machine left. */
export function readClientConfig(
  env: Readonly<Record<string, string | undefined>>,
  flags: ClientFlags,
): ClientOptions {
  const overrides = { BANYAN_OPS_URL: flags.ops, BANYAN_TOKEN: flags.token };
  const stated = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
  const parsed = environment.safeParse({ ...env, ...stated });
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
    throw new CliFault(faults.join('; '), { exitCode: 2 });
  }
  const { BANYAN_OPS_URL, BANYAN_TOKEN, BANYAN_DATA_DIR = '.banyan', OPS_PORT = '8081' } = parsed.data;
  const file = join(BANYAN_DATA_DIR, mintedTokenFile);
  return {
    opsUrl: BANYAN_OPS_URL ?? `http://127.0.0.1:${OPS_PORT}`,
    token: BANYAN_TOKEN ?? tokenIn(file),
    tokenHint: `Give --token or BANYAN_TOKEN, or set BANYAN_DATA_DIR to where the gateway keeps ${mintedTokenFile}.`,
  };
}

function tokenIn(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
