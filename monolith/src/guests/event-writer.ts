import { createHash } from 'node:crypto';
import type { PlaceEvent } from '@banyan/contracts';
import type { Response } from 'express';

export interface EventWriter {
  /** Sends the event, unless it says what the last one said. For a slow reader only the newest is kept. */
  send(event: PlaceEvent): void;
  /** Ends the stream, after what was sent. */
  end(): void;
}

/** For a client whose stream ended: how long it waits before it asks again. */
const retryMs = 3_000;

/** How long a reader may take nothing before its connection is dropped, in heartbeats. */
const maxSilentBeats = 2;

/**
 * Opens a stream of server-sent events (WHATWG HTML §9.2) and writes to it. An event's id is a digest of what it says:
 * a client that came back can tell that nothing changed.
 */
export function openEventStream(response: Response, heartbeatMs: number): EventWriter {
  response.status(200).set({
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    // Asks proxies of the nginx kind not to hold events back.
    'X-Accel-Buffering': 'no',
  });
  response.flushHeaders();
  response.write(`retry: ${retryMs}\n\n`);

  let last: string | undefined;
  let waiting: string | undefined;
  let blockedBeats = 0;

  response.on('drain', () => {
    blockedBeats = 0;
    const text = waiting;
    waiting = undefined;
    if (text !== undefined) response.write(text);
  });

  // Tells proxies and the client that the stream lives, and us that the reader does.
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain) {
      response.write(':\n\n');
      return;
    }
    blockedBeats += 1;
    if (blockedBeats >= maxSilentBeats) response.destroy();
  }, heartbeatMs);
  response.on('close', () => clearInterval(heartbeat));

  return {
    send(event) {
      const text = format(event);
      if (text === last) return;
      last = text;
      if (response.writableNeedDrain) waiting = text;
      else response.write(text);
    },
    end() {
      clearInterval(heartbeat);
      response.end(waiting);
    },
  };
}

function format({ event, data }: PlaceEvent): string {
  // JSON has no line breaks of its own, so that one data line holds it.
  const json = JSON.stringify(data);
  const id = createHash('sha256').update(event).update(json).digest('base64url').slice(0, 16);
  return `id: ${id}\nevent: ${event}\ndata: ${json}\n\n`;
}
