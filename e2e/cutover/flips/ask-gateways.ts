import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Seeded } from '../seeded.ts';
import type { Sample, Side } from './history.ts';

export interface Asker {
  /** One request by this caller through this gateway. Never rejects: a failure is a sample without a side. */
  readonly ask: (gateway: number, key: string) => Promise<Sample>;
  readonly close: () => void;
}

/** Asks as callers with tokens do, over connections that are kept. */
export function createAsker(ports: readonly number[], onSample: (sample: Sample) => void): Asker {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });

  function exchange(gateway: number, key: string): Promise<{ status: number; side: Side | undefined }> {
    return new Promise((resolve) => {
      const failed = () => resolve({ status: 0, side: undefined });
      request(
        {
          agent,
          host: '127.0.0.1',
          port: ports[gateway],
          path: '/moved/thing',
          headers: { authorization: `Bearer ${tokenOf(key)}` },
        },
        (response) => {
          let body = '';
          response
            .setEncoding('utf8')
            .on('data', (text: string) => {
              body += text;
            })
            .on('error', failed)
            .on('end', () => {
              const side = body === 'legacy' || body === 'service' ? body : undefined;
              resolve({ status: response.statusCode ?? 0, side });
            });
        },
      )
        .on('error', failed)
        .end();
    });
  }

  return {
    async ask(gateway, key) {
      const startedAt = performance.now();
      const { status, side } = await exchange(gateway, key);
      const sample = { gateway, key, startedAt, endedAt: performance.now(), side, status };
      onSample(sample);
      return sample;
    },
    close: () => agent.destroy(),
  };
}

/** Callers who ask one thing after another with short breaks, through any gateway, until they are told to stop. */
export async function keepAsking(
  asker: Asker,
  { gateways, keys, seeded }: { gateways: number; keys: readonly string[]; seeded: Seeded },
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    await asker.ask(seeded.below(gateways), seeded.pick(keys));
    await delay(seeded.below(8));
  }
}

/** A token whose subject the gateway can read. Nobody verifies it on the way: that is the upstreams' to do. */
function tokenOf(subject: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: subject })}.${'A'.repeat(43)}`;
}
