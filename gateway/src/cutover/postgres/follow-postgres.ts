import { setTimeout as pause } from 'node:timers/promises';
import { backOffMs } from '../back-off.ts';
import type { CutoverListener, Following } from '../cutover-store.ts';
import { type Connection, openConnection } from './connection.ts';
import { migrate } from './migrate.ts';
import { type Reading, readCutovers, readMark } from './rows.ts';

export const channel = 'gateway_cutovers';

export interface FollowOptions {
  readonly url: string;
  readonly listener: CutoverListener;
  /** In case a notification was missed, and to notice a server that hangs. */
  readonly pollEveryMs: number;
  readonly random: () => number;
}

/** On one connection of its own: LISTEN, a reading after each notification, a look now and then; again after each loss. */
export function followPostgres({ url, listener, pollEveryMs, random }: FollowOptions): Following {
  const closing = new AbortController();
  let lost = false;
  let failures = 0;
  const done = run();

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        await session();
      } catch (error) {
        if (closing.signal.aborted) return;
        lost = true;
        listener.lost(error instanceof Error ? error.message : String(error));
      }
      await pause(backOffMs(failures, random), undefined, { signal: closing.signal }).catch(() => undefined);
      failures += 1;
    }
  }

  /** Ends by rejecting when the connection is lost, or by resolving when closed. */
  async function session(): Promise<void> {
    const signal = createSignal();
    const connection = await openConnection({
      url,
      name: 'banyan-gateway-follow',
      onLost: signal.fail,
      signal: closing.signal,
    });
    const stop = () => signal.fail(new Error('closed'));
    closing.signal.addEventListener('abort', stop);
    try {
      await followOn(connection, signal);
    } finally {
      closing.signal.removeEventListener('abort', stop);
      connection.destroy();
    }
  }

  async function followOn({ client }: Connection, signal: Signal): Promise<void> {
    await migrate(client);
    client.on('notification', signal.wake);
    await client.query(`LISTEN ${channel}`);
    // After LISTEN: what is changed from here on is either read now or notified.
    let known = tell(await readCutovers(client));
    while (!closing.signal.aborted) {
      const notified = await signal.wait(pollEveryMs);
      if (notified || (await readMark(client)) !== known) {
        const reading = await readCutovers(client);
        if (reading.mark !== known) known = tell(reading);
      }
      // Not before: a server that leaves us after each first reading is not to be asked ten times a second.
      failures = 0;
    }
  }

  function tell({ cutovers, mark }: Reading): string {
    if (closing.signal.aborted) return mark;
    listener.changed(cutovers);
    if (lost) listener.back();
    lost = false;
    return mark;
  }

  return {
    async close() {
      closing.abort();
      await done;
    },
  };
}

interface Signal {
  wake(): void;
  fail(error: Error): void;
  /** Whether it was woken since it was last asked; rejects once it has failed. */
  wait(ms: number): Promise<boolean>;
}

function createSignal(): Signal {
  let awake = false;
  let failure: Error | undefined;
  let ring: (() => void) | undefined;
  return {
    wake() {
      awake = true;
      ring?.();
    },
    fail(error) {
      failure ??= error;
      ring?.();
    },
    async wait(ms) {
      if (!awake && failure === undefined) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          ring = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        ring = undefined;
      }
      if (failure !== undefined) throw failure;
      const woken = awake;
      awake = false;
      return woken;
    },
  };
}
