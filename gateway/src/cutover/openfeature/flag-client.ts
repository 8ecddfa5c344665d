import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type Client,
  type EvaluationDetails,
  type JsonValue,
  NOOP_PROVIDER,
  OpenFeature,
  ProviderEvents,
  ProviderStatus,
} from '@openfeature/server-sdk';
import type { ProviderSource } from './provider.ts';

export interface FlagClient {
  /** Rejects while the provider isn't ready, and when it is silent for too long. */
  evaluate(keys: readonly string[]): Promise<readonly EvaluationDetails<JsonValue>[]>;
  close(): Promise<void>;
}

export interface FlagClientOptions extends Pick<ProviderSource, 'createProvider'> {
  /** The provider has something new to say of its flags or of itself. */
  readonly onEvent: () => void;
}

const silentForMs = 2_000;

const events = [
  ProviderEvents.ConfigurationChanged,
  ProviderEvents.Ready,
  ProviderEvents.Error,
  ProviderEvents.Stale,
] as const;

/** One provider of our own in the SDK. Made when first asked, and made anew as long as it fails to start. */
export function createFlagClient({ createProvider, onEvent }: FlagClientOptions): FlagClient {
  // The SDK is global to the process: a name of our own keeps apart what else is asked of it.
  const domain = `banyan-gateway-${randomUUID()}`;
  let connecting: Promise<Client> | undefined;
  let closed = false;

  function connect(): Promise<Client> {
    connecting ??= start().catch(async (error) => {
      await drop();
      connecting = undefined;
      throw error;
    });
    return connecting;
  }

  async function start(): Promise<Client> {
    await within(silentForMs, startProvider());
    const client = OpenFeature.getClient(domain);
    for (const event of events) client.addHandler(event, onEvent);
    return client;
  }

  async function startProvider(): Promise<void> {
    await OpenFeature.setProviderAndWait(domain, await createProvider());
  }

  /** Another in its place closes the provider. */
  async function drop(): Promise<void> {
    await within(silentForMs, OpenFeature.setProviderAndWait(domain, NOOP_PROVIDER)).catch(() => undefined);
  }

  return {
    async evaluate(keys) {
      if (closed) throw new Error('closed');
      const client = await connect();
      if (client.providerStatus !== ProviderStatus.READY) {
        throw new Error(`the provider is in state ${client.providerStatus}`);
      }
      const details = keys.map((key) => client.getObjectDetails<JsonValue>(key, null));
      return within(silentForMs, Promise.all(details));
    },
    async close() {
      closed = true;
      const client = await connecting?.catch(() => undefined);
      for (const event of events) client?.removeHandler(event, onEvent);
      if (client !== undefined) await drop();
    },
  };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const stop = new AbortController();
  const silence = pause(ms, undefined, { signal: stop.signal }).then(
    () => {
      throw new Error(`the provider was silent for ${ms} ms`);
    },
    () => new Promise<never>(() => undefined),
  );
  try {
    return await Promise.race([work, silence]);
  } finally {
    stop.abort();
  }
}
