import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, type Mail, mailSchema, startStack } from '@banyan/local';
import { createTestDatabase } from './test-database.ts';

/** The waitlist whole, as processes, on ports, a database and a folder of its own. */
export interface Whole {
  readonly gatewayUrl: string;
  readonly monolithUrl: string;
  readonly mailsTo: (address: string) => Promise<readonly Mail[]>;
  readonly stop: () => Promise<void>;
}

/** For tests: passwords are hashed cheaply, calls go out each second instead of each minute, tokens outlast a soak. */
const monolith = {
  BCRYPT_COST: '4',
  NOTIFICATION_INTERVAL_SECONDS: '1',
  ACCESS_TOKEN_MINUTES: '1440',
  LOG_LEVEL: 'warn',
  DRAIN_SECONDS: '2',
};

export async function startWhole(): Promise<Whole> {
  const database = await createTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'banyan-e2e-'));
  const removeAll = async () => {
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const stack = await startStack({
      dataDir: join(folder, 'data'),
      ports: await stackPorts(),
      databaseUrl: database.url,
      environment: { monolith, gateway: { LOG_LEVEL: 'warn' } },
    });
    const mailUrl = stack.urls.mail ?? '';
    return {
      gatewayUrl: stack.urls.gateway,
      monolithUrl: stack.urls.monolith,
      mailsTo: (address) => readMails(mailUrl, address),
      async stop() {
        await stack.stop();
        await removeAll();
      },
    };
  } catch (error) {
    await removeAll();
    throw error;
  }
}

async function stackPorts() {
  const [gateway = 0, ops = 0, monolithPort = 0, postgres = 0, mailWeb = 0, mailSmtp = 0] =
    await freePorts(6);
  return { gateway, ops, monolith: monolithPort, postgres, mailWeb, mailSmtp };
}

async function readMails(mailUrl: string, address: string): Promise<readonly Mail[]> {
  const response = await fetch(`${mailUrl}/api/mails?${new URLSearchParams({ to: address })}`);
  return mailSchema.array().parse(await response.json());
}
