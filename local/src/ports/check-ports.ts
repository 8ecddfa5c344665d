import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type PortHolder, whoHolds } from './who-holds.ts';

export interface PortUse {
  /** The variable that moves it elsewhere. */
  readonly variable: string;
  readonly port: number;
}

export interface TakenPort extends PortUse {
  readonly reason: string;
  readonly holder: PortHolder | undefined;
}

/**
 * Every port of these that can't be listened on, with who holds it.
 * @param patienceMs how long to wait for ports that are just being given back, as by children of a killed run
 */
export async function takenPorts(uses: readonly PortUse[], patienceMs: number): Promise<TakenPort[]> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const reasons = await Promise.all(uses.map(({ port }) => reasonNotFree(port)));
    const taken = await Promise.all(
      uses.flatMap((use, i) => {
        const reason = reasons[i];
        return reason ? [whoHolds(use.port).then((holder) => ({ ...use, reason, holder }))] : [];
      }),
    );
    const passing = taken.some(({ holder }) => holder?.pid && holder.command.includes('end-with-parent'));
    if (!passing || Date.now() > deadline) return taken;
    await delay(100);
  }
}

export function describeTakenPorts(taken: readonly TakenPort[]): string {
  const lines = taken.map(({ variable, port, reason, holder }) => {
    return `  ${port}  (${variable})  ${holder ? nameOf(holder) : reason}`;
  });
  const [first] = taken;
  const advice = `Stop what holds ${taken.length === 1 ? 'it' : 'them'}, or choose another, e.g. ${first?.variable}=${(first?.port ?? 0) + 10} npm start`;
  return [
    taken.length === 1 ? 'A port is taken:' : `${taken.length} ports are taken:`,
    ...lines,
    advice,
  ].join('\n');
}

async function reasonNotFree(port: number): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    await once(server.close(), 'close');
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'EACCES' ? 'this user may not listen on it' : 'a process that this machine does not name';
  }
}

function nameOf(holder: PortHolder): string {
  if (holder.pid === undefined) return `a process of user ${holder.user}`;
  return `process ${holder.pid}: ${shorten(holder.command)}`;
}

function shorten(command: string): string {
  return command.length > 120 ? `${command.slice(0, 119)}…` : command;
}
