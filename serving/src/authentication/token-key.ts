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
