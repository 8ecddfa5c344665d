import { setTimeout as pause } from 'node:timers/promises';
import { backOffMs } from '../back-off.ts';
import type { Cutovers } from '../cutover.ts';
import type { CutoverListener, CutoverStore } from '../cutover-store.ts';
import { selectHistory } from '../memory-store.ts';
import { createFlagClient } from './flag-client.ts';
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

/** In case a provider tells nothing of its changes. */
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
  const observed = observeFlags({ initial, where, now });
  const flags = createFlagClient({ createProvider, onEvent: () => wake() });
  const listeners = new Set<CutoverListener>();
  const closing = new AbortController();
  let running: Promise<void> | undefined;
  let told: Cutovers | undefined;
  let lost: string | undefined;
  let wake: () => void = () => undefined;

  /** Looks at every flag. One that isn't as it was is a change. */
  async function look(): Promise<Cutovers> {
    const details = await flags.evaluate(capabilities.map(flagKeyOf));
    const readings = details.map(readFlag);
    return observed.take(new Map(capabilities.map((name, i) => [name, readings[i] ?? 'absent'])));
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!closing.signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      try {
        tell(await look());
        failures = 0;
      } catch (error) {
        fail(error instanceof Error ? error.message : String(error));
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
    if (closing.signal.aborted || (cutovers === told && lost === undefined)) return;
    for (const listener of [...listeners]) {
      listener.changed(cutovers);
      if (lost !== undefined) listener.back();
    }
    told = cutovers;
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
    async follow(listener) {
      listeners.add(listener);
      if (lost !== undefined) listener.lost(lost);
      else if (told !== undefined) listener.changed(told);
      running ??= run();
      return {
        async close() {
          listeners.delete(listener);
        },
      };
    },
    async close() {
      closing.abort();
      await running;
      await flags.close();
    },
  };
}
