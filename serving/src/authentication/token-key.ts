export const tokenAlgorithms = ['HS256', 'ES256'] as const;
export type TokenAlgorithm = (typeof tokenAlgorithms)[number];

/** A key that access tokens are judged by. Algorithm, issuer and audience belong to the key: no token has a say in them. */
export interface TokenKey {
  readonly algorithm: TokenAlgorithm;
  /** The shared secret, or the public key in PEM. */
  readonly key: string;
  readonly issuer: string;
  readonly audience: string;
}

/** The key of that name, if tokens by it are good at the moment. */
export type FindTokenKey = (keyId: string) => Promise<TokenKey | undefined>;

/** For whom tokens are, whoever signs them: a name, which leads nowhere. */
export const tokenAudience = 'https://banyan.example/api';

/** Who signs tokens: names, which lead nowhere. */
export const tokenIssuers = {
  monolith: 'https://banyan.example/monolith',
  auth: 'https://banyan.example/auth',
} as const;

/** The monolith's own key, by which it signs and by which either side judges what it signed. */
export function monolithTokenKey(secret: string): TokenKey {
  return { algorithm: 'HS256', key: secret, issuer: tokenIssuers.monolith, audience: tokenAudience };
}
