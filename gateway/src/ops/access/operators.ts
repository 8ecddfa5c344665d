import { createHash, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import type { Logger } from '../../telemetry/log.ts';
import type { Operator } from '../api/ops-route.ts';
import { readOrMintSecret } from './minted-secret.ts';
import { readTokensFile, type TokenEntry } from './tokens-file.ts';

export type FindOperator = (token: string) => Operator | undefined;

export interface Operators {
  readonly find: FindOperator;
  /** What is wrong with where the tokens come from, if anything; those known before still count. */
  fault(): string | undefined;
  /** Where the tokens are, for an operator to read. */
  readonly source: string;
  close(): void;
}

export interface OperatorsDeps {
  readonly tokensFile?: string | undefined;
  readonly dataDir: string;
  readonly logger: Logger;
  /** How often the file is looked at. */
  readonly lookEveryMs?: number;
}

/** Whoever may use the ops plane: those of a file, else whoever can read the one token that is minted here. */
export function createOperators(deps: OperatorsDeps): Operators {
  return deps.tokensFile === undefined
    ? mintedOperator(deps)
    : operatorsOfFile(deps.tokensFile, deps.logger, deps.lookEveryMs ?? 1_000);
}

export const mintedTokenFile = 'operator-token';

function mintedOperator({ dataDir, logger }: OperatorsDeps): Operators {
  const file = join(dataDir, mintedTokenFile);
  const minted = readOrMintSecret(file);
  // The data plane serves all the same: clients have no part in this.
  if (!minted.ok) {
    logger.error(
      { reason: minted.reason },
      'no operator can sign in: give OPS_TOKENS_FILE or BANYAN_DATA_DIR',
    );
  }
  const entries: TokenEntry[] = minted.ok
    ? [{ name: 'operator', role: 'operator', sha256: sha256(minted.secret).toString('hex') }]
    : [];
  const find = finder(entries);
  return { find, source: file, fault: () => (minted.ok ? undefined : minted.reason), close: () => {} };
}

function operatorsOfFile(file: string, logger: Logger, lookEveryMs: number): Operators {
  let text: string | undefined;
  let find: FindOperator = () => undefined;
  let fault: string | undefined;

  /** The content is what is compared: times stamp too coarsely, and a mounted secret is swapped by a link. */
  function look(): void {
    const read = readTokensFile(file);
    if (!read.ok) {
      if (fault !== read.reason) logger.error({ reason: read.reason }, 'operator tokens kept as they were');
      fault = read.reason;
      return;
    }
    fault = undefined;
    if (read.text === text) return;
    if (text !== undefined) logger.info({ tokens: read.tokens.length }, 'operator tokens read anew');
    text = read.text;
    find = finder(read.tokens);
  }

  look();
  const timer = setInterval(look, lookEveryMs).unref();
  return {
    find: (token) => find(token),
    source: file,
    fault: () => fault,
    close: () => clearInterval(timer),
  };
}

/** Compares with every entry, each in constant time, so that time tells nothing of any. */
function finder(entries: readonly TokenEntry[]): FindOperator {
  const known = entries.map(({ name, role, sha256: hex }) => ({
    digest: Buffer.from(hex, 'hex'),
    operator: { name, role },
  }));
  return (token) => {
    const digest = sha256(token);
    let found: Operator | undefined;
    for (const it of known) {
      if (timingSafeEqual(it.digest, digest)) found = it.operator;
    }
    return found;
  };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
