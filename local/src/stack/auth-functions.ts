import type { FunctionSpec, HostRoute } from '../lambda-host/index.ts';
import type { DataFolder } from './data-folder.ts';
import { urlAs } from './database-urls.ts';
import { loginFailuresPerAddress } from './login-limits.ts';
import type { Stack, StackOptions } from './stack.ts';

/** Where the auth service's functions answer beside the contract's routes. */
export const authPaths = { ready: '/services/auth/readyz', seam: '/seams/auth' } as const;

/** The auth service as its functions: what serves the contract's routes, and what moves the seam, each with its own role. */
export function authFunctions(
  folder: DataFolder,
  options: StackOptions,
  urls: Stack['urls'],
  bundles: { readonly auth: string; readonly seam: string },
): { readonly functions: readonly FunctionSpec[]; readonly routes: readonly HostRoute[] } {
  const { secrets } = folder;
  return {
    functions: [
      {
        name: 'auth',
        bundle: bundles.auth,
        handler: 'handler.handler',
        // What a hash with argon2id takes comes on top of what Node does.
        memoryMb: 512,
        timeoutMs: 15_000,
        maxConcurrency: 24,
        environment: {
          DATABASE_URL: urlAs('auth_service', urls.database),
          API_URL: urls.gateway,
          PUBLIC_URL: urls.gateway,
          AUTH_KEY_SECRET: secrets.authKey,
          LEGACY_JWT_SECRET: secrets.jwt,
          IDEMPOTENCY_SECRET: secrets.idempotency,
          LOGIN_FAILURES_PER_ADDRESS: String(loginFailuresPerAddress),
          ...options.environment?.auth,
        },
      },
      {
        name: 'auth-seam',
        bundle: bundles.seam,
        handler: 'handler.handler',
        memoryMb: 256,
        timeoutMs: 30_000,
        // One moves, and one says meanwhile how things are; moves lock each other out.
        maxConcurrency: 2,
        environment: {
          DATABASE_URL: urlAs('auth_seam', urls.database),
          SEAM_TOKEN: secrets.seamToken,
        },
      },
    ],
    routes: [
      { method: 'ANY', path: authPaths.seam, function: 'auth-seam' },
      { method: 'ANY', path: `${authPaths.seam}/{proxy+}`, function: 'auth-seam' },
      // What a path is, the service says: an HTTP API tells cases apart and trailing slashes, which Express does not.
      { method: 'ANY', path: '$default', function: 'auth' },
    ],
  };
}
