import type { ServerResponse } from 'node:http';
import { echoOf, type HttpUpstream, startHttpUpstream } from './http-upstream.ts';

/**
 * An upstream with a capacity that is a count and no speed: it answers so many requests at each step, whenever that is taken,
 * and lets the others wait.
 */
export interface SlowUpstream extends HttpUpstream {
  /** Answers up to `capacity` of those that wait, the longest waiting first; returns how many there were. */
  readonly step: (capacity: number) => number;
  readonly waiting: () => number;
  /** The most that ever waited at once. */
  readonly peakWaiting: () => number;
}

export async function startSlowUpstream(): Promise<SlowUpstream> {
  const waiting = new Map<ServerResponse, string>();
  let peak = 0;
  const upstream = await startHttpUpstream((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      waiting.set(response, echoOf(request.method, request.url, Buffer.concat(pieces)));
      peak = Math.max(peak, waiting.size);
    });
    response.on('close', () => waiting.delete(response));
  });
  return {
    ...upstream,
    step(capacity) {
      const served = [...waiting].slice(0, capacity);
      for (const [response, echo] of served) {
        waiting.delete(response);
        response.end(echo);
      }
      return served.length;
    },
    waiting: () => waiting.size,
    peakWaiting: () => peak,
  };
}
