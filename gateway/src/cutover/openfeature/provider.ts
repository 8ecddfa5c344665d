import { unwatchFile, watchFile } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Provider } from '@openfeature/server-sdk';
import type { FlagSource } from '../../config.ts';

export interface ProviderSource {
  /** A new one each time: one that failed to start is thrown away. */
  readonly createProvider: () => Promise<Provider>;
  /** Where its flags are changed, for an operator to read. */
  readonly where: string;
}

const flagdProvider = '@openfeature/flagd-provider';
/** The provider itself would look at its file each five seconds. */
const watchEveryMs = 100;

/** By a name that is worked out, so that no bundler takes it for a dependency. */
const loadFlagdProvider = (): Promise<FlagdModule> => import(flagdProvider);

interface FlagdModule {
  readonly FlagdProvider: new (options: {
    readonly resolverType: 'in-process';
    readonly offlineFlagSourcePath: string;
  }) => Provider;
}

export function providerFrom({ kind, path }: FlagSource, loadFlagd = loadFlagdProvider): ProviderSource {
  const file = resolve(path);
  return kind === 'module'
    ? { where: `the flags of ${path}`, createProvider: () => fromModule(file) }
    : { where: `the flags in ${path}`, createProvider: () => fromFlagdFile(file, loadFlagd) };
}

/** Other teams' gateways need no flagd: it is loaded when it is asked for. */
async function fromFlagdFile(file: string, load: () => Promise<FlagdModule>): Promise<Provider> {
  const { FlagdProvider } = await load().catch((error) => {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error(`flagd-file needs the packages ${flagdProvider} and @grpc/grpc-js beside the gateway`, {
      cause: error,
    });
  });
  // Node watches a file once for all who ask, as often as the first of them said.
  const first = () => undefined;
  watchFile(file, { interval: watchEveryMs, persistent: false }, first);
  const provider = new FlagdProvider({ resolverType: 'in-process', offlineFlagSourcePath: file });
  const close = provider.onClose?.bind(provider);
  provider.onClose = async () => {
    unwatchFile(file, first);
    await close?.();
  };
  return provider;
}

async function fromModule(file: string): Promise<Provider> {
  const { createProvider } = await import(pathToFileURL(file).href);
  if (typeof createProvider !== 'function') throw new Error(`${file} exports no createProvider()`);
  return createProvider();
}
