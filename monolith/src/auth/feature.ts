import type { RouteNameOf } from '@banyan/contracts';
import type { Clock, DatabaseTokenKeys, Handlers, LoginLimits } from '@banyan/serving';
import type { Knex } from 'knex';
import type { ImageStore } from '../images/image-store.ts';
import type { Outbox } from '../mail/outbox.ts';
import type { AccessTokenOptions } from './access-token.ts';
import { createAccountHandlers } from './account-handlers.ts';
import { createPasswordHandlers } from './password-handlers.ts';
import { createPasswords } from './passwords.ts';
import { createSessionHandlers } from './session-handlers.ts';
import { createSignIn, type SessionOptions } from './sign-in.ts';

export interface AuthDeps {
  readonly db: Knex;
  readonly clock: Clock;
  readonly images: Pick<ImageStore, 'prepare' | 'commitPhoto' | 'discard'>;
  readonly outbox: Pick<Outbox, 'add' | 'poke'>;
  readonly tokenKeys: Pick<DatabaseTokenKeys, 'getJwks'>;
  readonly loginLimits: LoginLimits;
  readonly options: AccessTokenOptions &
    SessionOptions & { readonly bcryptCost: number; readonly publicUrl: string };
}

export type AuthRouteName = RouteNameOf<'auth'>;

export async function createAuthFeature(deps: AuthDeps): Promise<Handlers<AuthRouteName>> {
  const { options, clock } = deps;
  const passwords = await createPasswords(options.bcryptCost);
  const signIn = createSignIn(options, clock);
  const parts = { ...deps, passwords, signIn };
  return {
    ...createAccountHandlers(parts),
    ...createSessionHandlers(parts),
    ...createPasswordHandlers({ ...parts, publicUrl: options.publicUrl }),
    getJwks: deps.tokenKeys.getJwks,
  };
}
