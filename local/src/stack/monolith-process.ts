import { fileURLToPath } from 'node:url';
import type { ProcessSpec } from '../processes/supervise.ts';
import type { DataFolder } from './data-folder.ts';
import { urlAs } from './database-urls.ts';
import { loginFailuresPerAddress } from './login-limits.ts';
import type { Stack, StackOptions } from './stack.ts';

const program = fileURLToPath(new URL('../../../monolith/src/main.ts', import.meta.url));

export function monolithProcess(folder: DataFolder, options: StackOptions, urls: Stack['urls']): ProcessSpec {
  return {
    name: 'monolith',
    args: [program],
    env: {
      HOST: '127.0.0.1',
      MONOLITH_PORT: String(options.ports.monolith),
      DATABASE_URL: urlAs('monolith', urls.database),
      SMTP_URL: urls.smtp,
      // Its clients know the gateway alone, so that is where the links in its mails lead.
      PUBLIC_URL: urls.gateway,
      UPLOADS_DIR: folder.path('uploads'),
      JWT_SECRET: folder.secrets.jwt,
      IDEMPOTENCY_SECRET: folder.secrets.idempotency,
      GUEST_TOKEN_SECRET: folder.secrets.guestToken,
      LOGIN_FAILURES_PER_ADDRESS: String(loginFailuresPerAddress),
      ...options.environment?.monolith,
    },
    readyUrl: `${urls.monolith}/readyz`,
    logFile: folder.path('logs', 'monolith.log'),
  };
}
