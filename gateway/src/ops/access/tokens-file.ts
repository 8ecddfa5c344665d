import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { roles } from '../api/ops-route.ts';
import { errorCode } from '../error-code.ts';

const tokensFile = z.strictObject({
  tokens: z
    .array(
      z.strictObject({
        name: z
          .string()
          .min(1)
          .max(100)
          .regex(/^\P{Cc}*$/u),
        role: z.enum(roles),
        sha256: z.string().regex(/^[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits'),
      }),
    )
    .min(1),
});
export type TokenEntry = z.output<typeof tokensFile>['tokens'][number];

export type ReadTokens =
  | { readonly ok: true; readonly text: string; readonly tokens: readonly TokenEntry[] }
  | { readonly ok: false; readonly reason: string };

/** Tokens are kept by their digests, so that whoever reads the file can't use them. */
export function readTokensFile(file: string): ReadTokens {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return { ok: false, reason: `${file}: cannot be read (${errorCode(error) ?? String(error)})` };
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, reason: `${file}: is no JSON` };
  }
  const parsed = tokensFile.safeParse(json);
  if (parsed.success) return { ok: true, text, tokens: parsed.data.tokens };
  const [first] = parsed.error.issues;
  return { ok: false, reason: `${file}: ${first?.path.join('.')}: ${first?.message}` };
}
