import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSeeded } from '../cutover/seeded.ts';
import { statusOf, valuesOf } from '../http/message.ts';
import { createRawClient, type RawClient } from '../http/raw-client.ts';
import { readRunConfig } from '../run-config.ts';
import { type Gateway, startGateway } from '../stack/start-gateway.ts';
import { waitUntil } from '../stack/wait-until.ts';
import { megabytes, readFigures, watchPeak } from './figures.ts';
import { faultOf, requestOf } from './live-traffic.ts';
import { poisson } from './poisson.ts';
import { type SlowUpstream, startSlowUpstream } from './slow-upstream.ts';

const { seed, long } = readRunConfig('LOAD', process.env);
/** One step is some 10 ms; but arrivals and capacity are both counted by steps, so that a slow machine changes neither. */
const steps = long ? 3_000 : 200;
const stepMs = 10;
const capacityPerStep = 2;
const overloadFactor = 5;
/** A second's worth of capacity: the upstream never runs dry while the gateway waits for a turn on a busy machine. */
const maxUnanswered = 200;
/** Many times what it takes to fill the upstream, if the gateway sheds. */
const maxFillSteps = 200;
const minGoodput = 0.8;
const maxGrowthBytes = 64 * 1024 * 1024;

type Outcome = 'answered' | 'shed' | string;

describe(`arrivals at ${overloadFactor} times the capacity, which wait for nobody`, () => {
  let upstream: SlowUpstream;
  let gateway: Gateway;
  const free: RawClient[] = [];
  const counts: Record<string, number> = { answered: 0, shed: 0 };
  let unsettled = 0;
  let arrived = 0;

  beforeAll(async () => {
    upstream = await startSlowUpstream();
    gateway = await startGateway({
      upstream: upstream.url,
      plan: { limits: { maxUnanswered } },
      environment: { ACCESS_LOG: 'off' },
    });
  });
  afterAll(async () => {
    for (const client of free) client.close();
    await gateway.stop();
    await upstream.close();
  });

  /** By whatever connection is free, as a browser or a load balancer would; every fifth with a body. */
  async function ask(): Promise<Outcome> {
    const request = requestOf(`/arrival/${arrived}`, arrived % 5 === 0);
    arrived += 1;
    unsettled += 1;
    const client = free.pop() ?? createRawClient({ port: gateway.port, timeoutMs: 30_000 });
    try {
      const outcome = await client.send(request);
      free.push(client);
      if (outcome.kind !== 'answered') return outcome.kind;
      const { head } = outcome.response;
      if (statusOf(head) !== 503) return faultOf(request, outcome) ?? 'answered';
      const [retryAfter = ''] = valuesOf(head.headers, 'retry-after');
      return /^[1-9]\d*$/.test(retryAfter) ? 'shed' : '503 without Retry-After';
    } catch (error) {
      return String(error);
    } finally {
      unsettled -= 1;
    }
  }

  async function countOutcome(): Promise<void> {
    const outcome = await ask();
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }

  it('are answered as far as the upstream can, shed beyond, and forgotten when they stop', async () => {
    const random = createSeeded(seed);
    const before = await readFigures(gateway.opsUrl);
    const memory = watchPeak(gateway.opsUrl);
    const all: Promise<void>[] = [];
    const arrive = (mean: number) => {
      for (let left = poisson(random, mean); left > 0; left -= 1) all.push(countOutcome());
    };

    // Until the upstream has its fill: how that begins is not what goodput is about.
    for (let step = 0; counts.shed === 0 && step < maxFillSteps; step += 1) {
      arrive(capacityPerStep * overloadFactor);
      upstream.step(capacityPerStep);
      await pause(stepMs);
    }
    let served = 0;
    for (let step = 0; step < steps; step += 1) {
      arrive(capacityPerStep * overloadFactor);
      served += upstream.step(capacityPerStep);
      await pause(stepMs);
    }
    const goodput = served / (steps * capacityPerStep);

    // As soon as there is room again, and long before the rest has been answered, it is given.
    const room = 10;
    while (unsettled > maxUnanswered - room) {
      upstream.step(capacityPerStep);
      await pause(stepMs);
    }
    const atOnce = Promise.all(Array.from({ length: room }, ask));
    while (unsettled > 0) {
      upstream.step(capacityPerStep);
      await pause(stepMs);
    }
    await Promise.all(all);
    await memory.stop();

    const grewBytes = memory.peakBytes() - before.residentBytes;
    process.stdout.write(
      `overload (seed ${seed}): ${arrived} arrivals, ${JSON.stringify(counts)}, goodput ${(goodput * 100).toFixed(1)} % of ` +
        `capacity, at most ${upstream.peakWaiting()} upstream, memory grew ${megabytes(grewBytes)} MB\n`,
    );
    expect(Object.keys(counts)).toEqual(['answered', 'shed']);
    expect(counts.shed).toBeGreaterThan(arrived / 2);
    expect(goodput).toBeGreaterThan(minGoodput);
    expect(upstream.peakWaiting()).toBeLessThanOrEqual(maxUnanswered);
    expect(await atOnce).toEqual(Array(room).fill('answered'));
    expect(grewBytes).toBeLessThan(maxGrowthBytes);
    await waitUntil('nothing waits', async () => (await readFigures(gateway.opsUrl)).unanswered === 0);
  }, 300_000);
});
