import { mkdtempSync, unwatchFile, watchFile, writeFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { InMemoryProvider, type JsonValue, type Provider } from '@openfeature/server-sdk';
import { collectNews } from '../../testing/collect-listener.ts';
import { until } from '../../testing/until.ts';
import type { Cutover, CutoverState } from '../cutover.ts';
import { describeCutoverStore, rollout, suiteCapabilities } from '../cutover-store.suite.ts';
import type { CutoverStore, Following } from '../cutover-store.ts';
import { createOpenFeatureStore, type OpenFeatureStoreOptions } from './openfeature-store.ts';
import { providerFrom } from './provider.ts';

type Values = Record<string, unknown>;

function inMemoryFlags(values: Values) {
  return Object.fromEntries(
    Object.entries(values).map(([capability, value]) => [
      `banyan-cutover-${capability}`,
      { variants: { on: value as JsonValue }, defaultVariant: 'on', disabled: false },
    ]),
  );
}

function flagdFlags(values: Values): string {
  const flags = Object.entries(values).map(([capability, value]) => [
    `banyan-cutover-${capability}`,
    { state: 'ENABLED', variants: { on: value }, defaultVariant: 'on' },
  ]);
  return JSON.stringify({ flags: Object.fromEntries(flags) });
}

const readOnly = { takesChanges: false, damageable: true };

describeCutoverStore('openfeature, in memory', readOnly, async () => {
  const values: Values = {};
  const providers: InMemoryProvider[] = [];
  async function set(capability: string, value: unknown): Promise<void> {
    values[capability] = value;
    for (const provider of providers) provider.putConfiguration(inMemoryFlags(values) as never);
  }
  return {
    open: async () =>
      createOpenFeatureStore({
        capabilities: suiteCapabilities,
        where: 'the flags of this test',
        async createProvider() {
          const provider = new InMemoryProvider(inMemoryFlags(values) as never);
          providers.push(provider);
          return provider;
        },
      }),
    put: set,
    damage: (capability) => set(capability, { stage: 'canary', rolloutPercent: 10 }),
    close: async () => undefined,
  };
});

describeCutoverStore('openfeature, flagd file', readOnly, async () => {
  const values: Values = {};
  const file = flagFile(flagdFlags(values));
  async function set(capability: string, value: unknown): Promise<void> {
    values[capability] = value;
    await replaceFile(file, flagdFlags(values));
  }
  return {
    open: async () =>
      createOpenFeatureStore({
        ...providerFrom({ kind: 'flagd-file', path: file }),
        capabilities: suiteCapabilities,
      }),
    put: set,
    damage: (capability) => set(capability, { stage: 'live', rolloutPercent: 10 }),
    close: async () => undefined,
  };
});

describe('openfeature store', () => {
  const opened: (CutoverStore | Following)[] = [];
  afterEach(async () => {
    for (const it of opened.splice(0)) await it.close();
  });

  async function follow(
    options: Partial<OpenFeatureStoreOptions> & Pick<OpenFeatureStoreOptions, 'createProvider'>,
  ) {
    const store = createOpenFeatureStore({ capabilities: ['auth'], where: 'the flags', ...options });
    const news = collectNews();
    opened.push(await store.follow(news), store);
    return { store, news };
  }

  function inMemory(value: unknown): InMemoryProvider {
    return new InMemoryProvider(inMemoryFlags({ auth: value }) as never);
  }

  it('lets a flag leave out what its stage says', async () => {
    const provider = inMemory({ stage: 'live' });
    const { news } = await follow({ createProvider: async () => provider });
    await until('it is told', () => news.of('auth').version === 1);
    expect(news.of('auth')).toMatchObject({ stage: 'live', rolloutPercent: 100, allow: [], deny: [] });
    provider.putConfiguration(inMemoryFlags({ auth: { stage: 'rollout' } }) as never);
    await until('the lack is told', () => news.of('auth').unreadable !== undefined);
    expect(news.of('auth')).toMatchObject({
      stage: 'live',
      unreadable: expect.stringContaining('rolloutPercent'),
    });
  });

  it('counts versions on from what was saved, and only for what changed since', async () => {
    const auth: Cutover = { ...rollout(10), version: 41 };
    const provider = inMemory(rollout(10));
    const { news, store } = await follow({
      createProvider: async () => provider,
      initial: new Map([['auth', auth]]),
    });
    await until('it is told', () => news.count('changed') === 1);
    expect(news.of('auth')).toEqual(auth);
    provider.putConfiguration(inMemoryFlags({ auth: rollout(20) }) as never);
    await until('the change is told', () => news.of('auth').version === 42);
    expect(await store.history({ limit: 9 })).toEqual([
      {
        ...{ id: 'auth-42', capability: 'auth', version: 42, kind: 'rollout', forced: false },
        ...{ at: expect.any(String), by: 'openfeature', why: 'changed in the flags' },
        from: rollout(10),
        to: rollout(20),
      },
    ]);
  });

  it('moves no traffic because a flag is gone', async () => {
    const provider = inMemory(rollout(10));
    const { news } = await follow({ createProvider: async () => provider });
    await until('it is told', () => news.of('auth').version === 1);
    provider.putConfiguration({});
    await until('its absence is told', () => news.of('auth').unreadable === 'the flag is gone');
    expect(news.of('auth')).toMatchObject({ ...rollout(10), version: 1 });
    provider.putConfiguration(inMemoryFlags({ auth: rollout(10) }) as never);
    await until('its return is told', () => news.of('auth').unreadable === undefined);
    expect(news.of('auth').version).toBe(1);
  });

  it('notices changes that the provider does not tell of', async () => {
    let value: CutoverState = rollout(10);
    const provider: Provider = { ...quiet(() => value) };
    const { news } = await follow({ createProvider: async () => provider });
    await until('it is told', () => news.of('auth').version === 1);
    value = rollout(20);
    await until('the change is told', () => news.of('auth').rolloutPercent === 20);
  });

  it('makes a provider that fails to start anew until one starts', async () => {
    let made = 0;
    const { news } = await follow({
      async createProvider() {
        made += 1;
        if (made === 1) throw new Error('not there yet');
        if (made === 2)
          return { ...quiet(() => rollout(1)), initialize: () => Promise.reject(new Error('not ready')) };
        return quiet(() => rollout(1));
      },
    });
    await until('it is back', () => news.count('back') === 1);
    expect(news.of('auth')).toMatchObject(rollout(1));
    expect(news.news.slice(0, 2)).toEqual([{ lost: 'not there yet' }, { lost: 'not ready' }]);
    expect(made).toBe(3);
  });

  it('waits for a provider that hangs no longer than its limit, and closes meanwhile', async () => {
    let hangs = true;
    const never = () => new Promise<never>(() => undefined);
    const answering = quiet(() => rollout(1));
    const provider: Provider = {
      ...answering,
      resolveObjectEvaluation: (...asked) => (hangs ? never() : answering.resolveObjectEvaluation(...asked)),
    };
    const { news, store } = await follow({ createProvider: async () => provider });
    await expect(store.read()).rejects.toThrow(/silent/);
    await until('the loss is told', () => news.count('lost') > 0);
    hangs = false;
    await until('it is back', () => news.count('back') === 1);
    hangs = true;
  });

  it('takes a provider from a module of one’s own', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'banyan-flags-')), 'flags.mjs');
    writeFileSync(
      file,
      `export const createProvider = () => ({
        metadata: { name: 'own' },
        resolveObjectEvaluation: async () => ({ value: { stage: 'rollout', rolloutPercent: 33 } }),
      });`,
    );
    const { news, store } = await follow(providerFrom({ kind: 'module', path: file }));
    await until('it is told', () => news.of('auth').rolloutPercent === 33);
    expect(await store.change({} as never)).toMatchObject({ where: expect.stringContaining('flags.mjs') });
  });

  it('says what is wrong with a module, and with a file of flags that is not there', async () => {
    const file = flagFile('export const nothing = 1;', 'flags.mjs');
    const wrong = await follow(providerFrom({ kind: 'module', path: file }));
    await until('the loss is told', () => wrong.news.count('lost') > 0);
    expect(wrong.news.news[0]).toEqual({ lost: expect.stringMatching(/exports no createProvider\(\)/) });

    const absent = join(tmpdir(), 'banyan-no-such', 'flags.json');
    const missing = await follow(providerFrom({ kind: 'flagd-file', path: absent }));
    await until('the loss is told', () => missing.news.count('lost') > 0);
    expect(missing.news.news[0]).toEqual({ lost: expect.stringContaining('File not found') });
  });

  it('moves no traffic because a file of flags is half written, emptied or removed', async () => {
    const file = flagFile(flagdFlags({ auth: rollout(10) }));
    const { news } = await follow(providerFrom({ kind: 'flagd-file', path: file }));
    await until('it is told', () => news.of('auth').version === 1);
    let looks = 0;
    // Node watches a file once for all: this is called when the provider is.
    const look = () => {
      looks += 1;
    };
    watchFile(file, look);
    await writeFile(file, flagdFlags({ auth: rollout(20) }).slice(0, -30));
    await until('the half was looked at', () => looks === 1);
    await rm(file);
    await until('nothing was looked at', () => looks === 2);
    await writeFile(file, '{ "flags": {} }');
    await until('the lack is told', () => news.of('auth').unreadable === 'the flag is gone');
    await writeFile(file, flagdFlags({ auth: rollout(30) }));
    await until('it is whole again', () => news.of('auth').rolloutPercent === 30);
    unwatchFile(file, look);
    const percents = news.news.flatMap((it) =>
      it !== 'back' && 'changed' in it ? [it.changed.get('auth')?.rolloutPercent] : [],
    );
    expect(new Set(percents)).toEqual(new Set([10, 30]));
    expect(news.of('auth').version).toBe(2);
  });

  it('says what is missing where flagd’s provider is not installed', async () => {
    const notFound = Object.assign(new Error('no such package'), { code: 'ERR_MODULE_NOT_FOUND' });
    const source = providerFrom({ kind: 'flagd-file', path: 'flags.json' }, () => Promise.reject(notFound));
    const { news } = await follow(source);
    await until('the loss is told', () => news.count('lost') > 0);
    expect(news.news[0]).toEqual({ lost: expect.stringContaining('@openfeature/flagd-provider') });
  });
});

/** One that has no events. */
function quiet(value: () => unknown): Provider {
  const no = () => Promise.reject(new Error('not asked for'));
  return {
    metadata: { name: 'quiet' },
    resolveBooleanEvaluation: no,
    resolveStringEvaluation: no,
    resolveNumberEvaluation: no,
    resolveObjectEvaluation: async () => ({ value: value() as never }),
  };
}

function flagFile(text: string, name = 'flags.json'): string {
  const file = join(mkdtempSync(join(tmpdir(), 'banyan-flags-')), name);
  writeFileSync(file, text);
  return file;
}

/** As editors and config maps do. */
async function replaceFile(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}
