import { join } from 'node:path';
import { type Config, portVariables } from '../config.ts';
import { describeTakenPorts, type PortUse, takenPorts } from '../ports/check-ports.ts';
import { runsOn } from '../postgres/start-postgres.ts';

/** How long the children of a run that was killed may take to notice. */
const patienceMs = 10_000;

/** Says which ports of those that will be used are taken, and by whom; undefined if none is. */
export async function checkPorts(config: Config): Promise<string | undefined> {
  const { ports } = config;
  const uses = (Object.keys(portVariables) as (keyof typeof portVariables)[])
    .filter((part) => isUsed(part, config))
    .map((part): PortUse => ({ variable: portVariables[part], port: ports[part] }));
  // A database that an earlier run left behind holds its port, and is taken over.
  const ownPostgres = await runsOn(join(config.dataDir, 'postgres'), ports.postgres);
  const taken = await takenPorts(
    uses.filter(({ port }) => !(ownPostgres && port === ports.postgres)),
    patienceMs,
  );
  return taken.length > 0 ? describeTakenPorts(taken) : undefined;
}

function isUsed(part: keyof typeof portVariables, { databaseUrl, smtpUrl }: Config): boolean {
  if (part === 'postgres') return databaseUrl === undefined;
  if (part === 'mailWeb' || part === 'mailSmtp') return smtpUrl === undefined;
  return true;
}
