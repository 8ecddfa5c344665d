import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type Client,
  NOOP_PROVIDER,
  OpenFeature,
  ProviderEvents,
  ProviderStatus,
} from '@openfeature/server-sdk';
import { backOffMs } from '../back-off.ts';
import type { Cutovers } from '../cutover.ts';
import type { CutoverListener, CutoverStore, Following } from '../cutover-store.ts';
import { selectHistory } from '../memory-store.ts';
import { flagKeyOf, readFlag } from './flag-value.ts';
import { observeFlags } from './observe-flags.ts';
import type { ProviderSource } from './provider.ts';

export interface OpenFeatureStoreOptions extends ProviderSource {
  readonly capabilities: readonly string[];
  /** Where versions are counted on from. */
  readonly initial?: Cutovers;
  readonly now?: () => Date;
  readonly random?: () => number;
}

const answerWithinMs = 2_000;
const pollEveryMs = 1_000;

/**
 * Cutovers as flags of any OpenFeature provider: a flag `banyan-cutover-<capability>` of object type holds the state.
 * Read-only, for flags have a home of their own. They carry no version and no author: versions count what this process saw,
 * and its history is of that too.
 */
export function createOpenFeatureStore({
  createProvider,
  where,
  capabilities,
  initial = new Map(),
  now = () => new Date(),
  random = Math.random,
}: OpenFeatureStoreOptions): CutoverStore {
  // The SDK is global: a name of our own keeps apart what else this process asks of it.
  const domain = `banyan-gateway-${randomUUID()}`;
  const observed = observeFlags({ initial, where, now });
  const listeners = new Set<CutoverListener>();
  const closing = new AbortController();
  let client: Client | undefined;
  let lost: string | undefined;
  let running: Promise<void> | undefined;
  let wake: () => void = () => undefined;

  const onEvent = () => wake();

  async function connect(): Promise<Client> {
    if (client !== undefined) return client;
    const provider = await createProvider();
    try {
      await within(answerWithinMs, OpenFeature.setProviderAndWait(domain, provider));
    } catch (error) {
      await dropProvider();
      throw error;
    }
    client = OpenFeature.getClient(domain);
    for (const event of watched) client.addHandler(event, onEvent);
    return client;
  }

  async function dropProvider(): Promise<void> {
    for (const event of watched) client?.removeHandler(event, onEvent);
    client = undefined;
    // Replacing it closes it.
    await within(answerWithinMs, OpenFeature.setProviderAndWait(domain, NOOP_PROVIDER)).catch(
      () => undefined,
    );
  }

  /** Looks at every flag. One that isn't as it was is a change. */
  async function look(): Promise<Cutovers> {
    const from = await connect();
    const status = from.providerStatus;
    if (status !== ProviderStatus.READY) throw new Error(`the provider is ${status}`);
    const flags = capabilities.map(async (capability) => {
      const details = await from.getObjectDetails(flagKeyOf(capability), null);
      return [capability, readFlag(details)] as const;
    });
    return observed.take(await within(answerWithinMs, Promise.all(flags)));
  }

  async function run(): Promise<void> {
    let failures = 0;
    let told: Cutovers | undefined;
    while (!closing.signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      try {
        const cutovers = await look();
        if (cutovers !== told || lost !== undefined) tell(cutovers);
        told = cutovers;
        failures = 0;
      } catch (error) {
        fail(error instanceof Error ? error.message : String(error));
        // One that started and fell may come back by itself; it is asked again. One that didn't start is made anew.
        failures += 1;
      }
      const waitMs = failures === 0 ? pollEveryMs : backOffMs(failures - 1, random);
      await Promise.race([
        woken,
        pause(waitMs, undefined, { signal: closing.signal }).catch(() => undefined),
      ]);
    }
  }

  function tell(cutovers: Cutovers): void {
    if (closing.signal.aborted) return;
    for (const listener of [...listeners]) {
      listener.changed(cutovers);
      if (lost !== undefined) listener.back();
    }
    lost = undefined;
  }

  function fail(reason: string): void {
    if (closing.signal.aborted) return;
    lost = reason;
    for (const listener of [...listeners]) listener.lost(reason);
  }

  return {
    kind: 'openfeature',
    read: look,
    change: async () => ({ ok: false, failure: 'read-only', where }),
    history: async (query) => selectHistory(observed.history(), query),
    async follow(listener): Promise<Following> {
      listeners.add(listener);
      if (running === undefined) running = run();
      else if (lost === undefined) listener.changed(observed.cutovers());
      else listener.lost(lost);
      return {
        async close() {
          listeners.delete(listener);
        },
      };
    },
    async close() {
      closing.abort();
      wake();
      await running;
      await dropProvider();
    },
  };
}

const watched = [
  ProviderEvents.ConfigurationChanged,
  ProviderEvents.Ready,
  ProviderEvents.Error,
  ProviderEvents.Stale,
] as const;

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const late = pause(ms, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`the provider was silent for ${ms} ms`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    late.catch(() => undefined);
    timer.abort();
  }
}
