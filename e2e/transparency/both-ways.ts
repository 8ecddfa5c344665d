import { createRawClient, type RawOutcome } from '../http/raw-client.ts';
import type { RawRequest } from '../http/raw-request.ts';

export interface Sides {
  readonly directPort: number;
  readonly gatewayPort: number;
}

/** Sends a request to one side, on a connection that the requests before it may have used too. */
export type Send = (request: RawRequest) => Promise<RawOutcome>;

/**
 * Works through `items` on several pairs of keep-alive connections at once. Within an item the two sides are asked one
 * after another, so that one may prepare what the other then finds.
 */
export async function sendBothWays<T>(
  items: readonly T[],
  sides: Sides,
  work: (item: T, direct: Send, gateway: Send, index: number) => Promise<void>,
  lanes = 8,
): Promise<void> {
  const queue = items.entries();
  const lane = async () => {
    const direct = createRawClient({ port: sides.directPort });
    const gateway = createRawClient({ port: sides.gatewayPort });
    try {
      for (const [index, item] of queue) await work(item, direct.send, gateway.send, index);
    } finally {
      direct.close();
      gateway.close();
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
