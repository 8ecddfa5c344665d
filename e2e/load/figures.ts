import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';

/** What a gateway says of itself, where operators would read it. */
export interface Figures {
  readonly connections: number;
  readonly unanswered: number;
  readonly upgraded: number;
  readonly residentBytes: number;
}

export async function readFigures(opsUrl: string): Promise<Figures> {
  const text = await get(`${opsUrl}/metrics`);
  const read = (name: string) => {
    const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1];
    if (value === undefined) throw new Error(`the gateway publishes no ${name}`);
    return Number(value);
  };
  return {
    connections: read('banyan_client_connections'),
    unanswered: read('banyan_requests_unanswered'),
    upgraded: read('banyan_upgraded_connections'),
    residentBytes: read('process_resident_memory_bytes'),
  };
}

/** On a connection of its own: a kept one may have been closed while this process was busy. */
async function get(url: string): Promise<string> {
  const [response] = (await once(request(url, { agent: false }).end(), 'response')) as [IncomingMessage];
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

/** The highest of the figures while something went on, looked at ten times a second. */
export interface PeakWatch {
  readonly peakBytes: () => number;
  readonly stop: () => Promise<void>;
}

export function watchPeak(opsUrl: string): PeakWatch {
  let peak = 0;
  let stopped = false;
  const look = async () => {
    peak = Math.max(peak, (await readFigures(opsUrl)).residentBytes);
  };
  const watching = (async () => {
    while (!stopped) {
      await look();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await look();
  })();
  // Told to who stops it; a failed test may have stopped the gateway before.
  watching.catch(() => undefined);
  return {
    peakBytes: () => peak,
    async stop() {
      stopped = true;
      await watching;
    },
  };
}

export function megabytes(bytes: number): number {
  return Math.round(bytes / (1024 * 1024));
}
