import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, type Mail, mailSchema, type Stack, startStack } from '@banyan/local';
import { createOpsClient, type OpsClient } from './ops-client.ts';
import { createTestDatabase } from './test-database.ts';

/** The waitlist whole, old and new side by side, as processes, on ports, a database and a folder of its own. */
export interface Whole {
  readonly gatewayUrl: string;
  readonly monolithUrl: string;
  /** The Lambda host, where the services answer. */
  readonly serviceUrl: string;
  /** As the administrator. */
  readonly databaseUrl: string;
  /** The plan that the gateway was started from, for others beside it. */
  readonly planFile: string;
  readonly pids: Stack['pids'];
  /** The ops API, as an operator. */
  readonly ops: () => Promise<OpsClient>;
  readonly mailsTo: (address: string) => Promise<readonly Mail[]>;
  readonly stop: () => Promise<void>;
}

type Environment = Readonly<Record<string, string>>;

export interface WholeOptions {
  /** Variables for the monolith and for the auth service, which must agree on them. */
  readonly both?: Environment;
  readonly gateway?: Environment;
  /** A PostgreSQL of its own, which may be killed; else a database on the server of the tests. */
  readonly ownPostgres?: boolean;
}

/** For tests: passwords are hashed cheaply, tokens outlast a soak. */
const both = { BCRYPT_COST: '4', ACCESS_TOKEN_MINUTES: '1440', LOG_LEVEL: 'warn' };
/** Calls go out each second instead of each minute. */
const monolith = { NOTIFICATION_INTERVAL_SECONDS: '1', DRAIN_SECONDS: '2' };

export async function startWhole(options: WholeOptions = {}): Promise<Whole> {
  const database = options.ownPostgres ? undefined : await createTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'banyan-e2e-'));
  const dataDir = join(folder, 'data');
  const removeAll = async () => {
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const stack = await startStack({
      dataDir,
      ports: await stackPorts(),
      databaseUrl: database?.url,
      environment: {
        monolith: { ...both, ...monolith, ...options.both },
        auth: { ...both, ...options.both },
        gateway: { LOG_LEVEL: 'warn', ...options.gateway },
      },
    });
    const mailUrl = stack.urls.mail ?? '';
    return {
      gatewayUrl: stack.urls.gateway,
      monolithUrl: stack.urls.monolith,
      serviceUrl: stack.urls.lambdaHost,
      databaseUrl: stack.urls.database,
      planFile: join(dataDir, 'gateway-plan.json'),
      pids: stack.pids,
      ops: async () =>
        createOpsClient(stack.urls.ops, (await readFile(join(dataDir, 'operator-token'), 'utf8')).trim()),
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
  const [gateway = 0, ops = 0, monolithPort = 0, lambdaHost = 0, postgres = 0, mailWeb = 0, mailSmtp = 0] =
    await freePorts(7);
  return { gateway, ops, monolith: monolithPort, lambdaHost, postgres, mailWeb, mailSmtp };
}

async function readMails(mailUrl: string, address: string): Promise<readonly Mail[]> {
  const response = await fetch(`${mailUrl}/api/mails?${new URLSearchParams({ to: address })}`);
  return mailSchema.array().parse(await response.json());
}
