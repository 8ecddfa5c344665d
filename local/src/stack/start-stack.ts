import { ensureRoles } from '../database/ensure-roles.ts';
import { startMailSink } from '../mail/start-mail-sink.ts';
import { keepPostgresRunning } from '../postgres/keep-postgres-running.ts';
import { type ProcessSpec, type SupervisedProcess, supervise } from '../processes/supervise.ts';
import { advanceSeamOnce } from './advance-seam-once.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import { passwordsOf } from './database-urls.ts';
import { gatewayProcess } from './gateway-process.ts';
import { lambdaHostProcess } from './lambda-host-process.ts';
import { monolithProcess } from './monolith-process.ts';
import type { PartName, Stack, StackEvent, StackOptions } from './stack.ts';
import { createStopList } from './stop-list.ts';

/** Starts the waitlist whole, each part once those that it needs are ready. Leaves nothing behind if one fails. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const onEvent = options.onEvent ?? (() => undefined);
  const folder = await openDataFolder(options.dataDir);
  const parts = createStopList((name) => onEvent({ kind: 'stopping', name }));

  async function start<T>(name: PartName, begin: () => Promise<T>): Promise<T> {
    options.signal?.throwIfAborted();
    onEvent({ kind: 'starting', name });
    const started = await begin();
    onEvent({ kind: 'ready', name });
    return started;
  }

  async function startProcess(name: PartName, spec: ProcessSpec): Promise<SupervisedProcess> {
    const child = await start(name, () => supervise(spec, onEvent, options.signal));
    parts.add(name, child.stop, child.kill);
    return child;
  }

  try {
    const database = await startDatabase();
    const mail = await startMail();
    const urls = {
      gateway: loopback(options.ports.gateway),
      ops: loopback(options.ports.ops),
      monolith: loopback(options.ports.monolith),
      lambdaHost: loopback(options.ports.lambdaHost),
      mail: mail.web,
      smtp: mail.smtp,
      database: database.url,
    };
    const [monolith, lambdaHost] = await Promise.all([
      startProcess('monolith', monolithProcess(folder, options, urls)),
      lambdaHostProcess(folder, options, urls).then((spec) => startProcess('Lambda host', spec)),
    ]);
    // Once the monolith has made the tables.
    await advanceSeamOnce(folder, urls);
    const gateway = await startProcess('gateway', await gatewayProcess(folder, options, urls));
    return {
      urls,
      pids: () => ({
        postgres: database.pid(),
        monolith: monolith.pid(),
        lambdaHost: lambdaHost.pid(),
        gateway: gateway.pid(),
      }),
      stop: stopAll,
      kill: parts.killAll,
    };
  } catch (error) {
    await stopAll();
    throw error;
  }

  async function stopAll(): Promise<void> {
    await parts.stopAll().finally(folder.release);
  }

  async function startDatabase(): Promise<{ url: string; pid: () => number | undefined }> {
    if (options.databaseUrl) {
      await ensureRolesOn(options.databaseUrl);
      return { url: options.databaseUrl, pid: () => undefined };
    }
    const postgres = await start('PostgreSQL', () =>
      startOwnPostgres(folder, options.ports.postgres, onEvent),
    );
    parts.add('PostgreSQL', postgres.stop, () => process.kill(postgres.server().pid, 'SIGQUIT'));
    const url = postgres.server().url('waitlist');
    await ensureRolesOn(url);
    return { url, pid: () => postgres.server().pid };
  }

  async function startMail(): Promise<{ smtp: string; web: string | undefined }> {
    if (options.smtpUrl) return { smtp: options.smtpUrl, web: undefined };
    const sink = await start('mail', () =>
      startMailSink({
        folder: folder.path('mail'),
        smtpPort: options.ports.mailSmtp,
        webPort: options.ports.mailWeb,
      }),
    );
    parts.add('mail', sink.stop);
    return { smtp: sink.smtpUrl, web: sink.webUrl };
  }
}

/** A role for each component, with what is its own and no more. @throws if the URL is no administrator's */
async function ensureRolesOn(databaseUrl: string): Promise<void> {
  const adminUrl = new URL(databaseUrl);
  const database = decodeURIComponent(adminUrl.pathname.slice(1));
  adminUrl.pathname = '/postgres';
  try {
    await ensureRoles({ adminUrl: adminUrl.href, database, passwords: passwordsOf(databaseUrl) });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `The database roles can't be made (${why}). DATABASE_URL must be that of an administrator, with a password.`,
      { cause },
    );
  }
}

function startOwnPostgres(folder: DataFolder, port: number, onEvent: (event: StackEvent) => void) {
  const name = 'PostgreSQL';
  const logFile = folder.path('logs', 'postgres.log');
  return keepPostgresRunning(
    {
      dataDir: folder.path('postgres'),
      port,
      logFile,
      log: (text) => onEvent({ kind: 'step', name, text }),
    },
    {
      died: (pid) => onEvent({ kind: 'died', name, how: `(process ${pid} is gone)`, lastLines: [] }),
      back: (pid) => onEvent({ kind: 'back', name, pid }),
      failed: (reason) => onEvent({ kind: 'failed', name, reason }),
    },
  );
}

function loopback(port: number): string {
  return `http://127.0.0.1:${port}`;
}
