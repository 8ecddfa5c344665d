import type { Socket } from 'node:net';
import type { Plan } from '../../plan/plan.ts';
import { WireClient, type WireClientOwner } from './wire-client.ts';

export interface WireClientsDeps extends Omit<WireClientOwner, 'maxHeadBytes' | 'keepAliveLines' | 'gone'> {
  readonly plan: Plan;
}

/** The connections that have brought plain requests alone so far. */
export interface WireClients {
  meet(socket: Socket): void;
  /** Closes those that have waited for a request for too long. */
  sweep(now: number): void;
  closeIdle(): void;
}

/** What Node adds to the time that it tells clients, so that a request on its way still finds the connection open. */
const keepAliveMarginMs = 1_000;

export function createWireClients({ plan, ...callbacks }: WireClientsDeps): WireClients {
  const { keepAliveMs, clientMs } = plan.timeouts;
  const clients = new Set<WireClient>();
  const owner: WireClientOwner = {
    ...callbacks,
    maxHeadBytes: plan.limits.maxHeaderBytes,
    keepAliveLines: `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(keepAliveMs / 1_000)}\r\n`,
    gone: (client) => void clients.delete(client),
  };

  return {
    meet: (socket) => void clients.add(new WireClient(socket, owner)),
    sweep(now) {
      for (const client of clients) {
        // One that never sent anything has no more time than one that sends its first head slowly.
        const keptMs = client.used ? keepAliveMs + keepAliveMarginMs : clientMs;
        if (client.idle && now - client.idleSince > keptMs) client.socket.destroy();
      }
    },
    closeIdle() {
      for (const client of clients) if (client.idle) client.socket.destroy();
    },
  };
}
