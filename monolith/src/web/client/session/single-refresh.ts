import type { Tokens } from '@banyan/contracts';

export interface RefreshDeps {
  readonly read: () =>
    | { readonly accessToken: string; readonly refreshToken: string; readonly refreshKey: string }
    | undefined;
  readonly renew: (tokens: Tokens) => void;
  readonly end: () => void;
  readonly exchange: (refreshToken: string, key: string) => Promise<Exchange>;
  /** Runs one at a time, across all tabs. */
  readonly exclusively: (task: () => Promise<string | undefined>) => Promise<string | undefined>;
}

export type Exchange =
  | { readonly kind: 'renewed'; readonly tokens: Tokens }
  | { readonly kind: 'refused' }
  /** Nothing is known: the session is kept, and may be refreshed later. */
  | { readonly kind: 'failed' };

/**
 * Gives a new access token for one that was refused; undefined when there is none to be had. A refresh token is good
 * for one exchange and its reuse ends the session, so that whoever comes second, here or in another tab, takes what
 * the first one got.
 */
export function createSingleRefresh(deps: RefreshDeps): (refused: string) => Promise<string | undefined> {
  let running: Promise<string | undefined> | undefined;

  async function refresh(refused: string): Promise<string | undefined> {
    const current = deps.read();
    if (current === undefined) return undefined;
    if (current.accessToken !== refused) return current.accessToken;
    const exchange = await deps.exchange(current.refreshToken, current.refreshKey);
    // Logged out, or in as another, while the exchange was under way: its result is nobody's.
    const isSame = deps.read()?.refreshToken === current.refreshToken;
    if (exchange.kind === 'renewed' && isSame) {
      deps.renew(exchange.tokens);
      return exchange.tokens.accessToken;
    }
    if (exchange.kind === 'refused' && isSame) deps.end();
    return undefined;
  }

  return (refused) => {
    running ??= deps
      .exclusively(() => refresh(refused))
      .finally(() => {
        running = undefined;
      });
    return running;
  };
}
