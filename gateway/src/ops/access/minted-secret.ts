import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from '../error-code.ts';

export type MintedSecret =
  | { readonly ok: true; readonly secret: string }
  | { readonly ok: false; readonly reason: string };

const pattern = /^[A-Za-z0-9_-]{32,128}$/;

/**
 * The secret in this file, made and kept there if there is none. Of several processes that start at once, one makes it and all
 * have the same: it is written beside its place whole, then linked into it, which fails where it already is.
 */
export function readOrMintSecret(file: string): MintedSecret {
  try {
    return judged(file, readIfThere(file) ?? mint(file));
  } catch (error) {
    return { ok: false, reason: `${file}: ${errorCode(error) ?? String(error)}` };
  }
}

function mint(file: string): string {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, file);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  return readFileSync(file, 'utf8');
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function judged(file: string, text: string): MintedSecret {
  const secret = text.trim();
  if (pattern.test(secret)) return { ok: true, secret };
  return { ok: false, reason: `${file}: holds no secret; delete it, and a new one is made` };
}
