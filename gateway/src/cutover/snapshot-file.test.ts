import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { until } from '../testing/until.ts';
import { type Cutover, type Cutovers, unmoved } from './cutover.ts';
import { openSnapshotFile, type SnapshotFile, type SnapshotFileDeps } from './snapshot-file.ts';

const writer = fileURLToPath(new URL('../testing/snapshot-writer.ts', import.meta.url));

describe('snapshot file', () => {
  let path: string;
  let warnings: { readonly msg: string; readonly fault?: string }[];
  const children = new Set<ReturnType<typeof spawn>>();

  beforeEach(() => {
    path = join(mkdtempSync(join(tmpdir(), 'banyan-snapshot-')), 'data', 'cutovers.json');
    warnings = [];
  });
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
  });

  function open(deps: Partial<SnapshotFileDeps> = {}): SnapshotFile {
    const logger = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(JSON.parse(line)) });
    return openSnapshotFile({ path, logger, ...deps });
  }

  function at(version: number, more: Partial<Cutover> = {}): Cutover {
    return { stage: 'rollout', rolloutPercent: 12.34, allow: ['ada'], deny: [], version, ...more };
  }

  async function save(cutovers: Record<string, Cutover>, deps?: Partial<SnapshotFileDeps>): Promise<void> {
    const file = open(deps);
    file.save(new Map(Object.entries(cutovers)));
    await file.close();
  }

  function versions(): Record<string, number> {
    return Object.fromEntries([...open().load()].map(([name, { version }]) => [name, version]));
  }

  function writeAsIs(text: string): void {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
  }

  function startWriter(...args: string[]) {
    const child = spawn(process.execPath, [writer, path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.add(child);
    const run = { child, saved: 0, exited: once(child, 'close') };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      run.saved = Math.max(run.saved, Number(text.trim().split('\n').at(-1)));
    });
    return run;
  }

  it('gives back what was saved, and is for its owner’s eyes', async () => {
    const auth = at(3, { changedAt: '2026-11-21T10:00:00.000Z', changedBy: 'ada', why: 'ten percent' });
    await save({ auth, images: unmoved });
    expect([...open().load()]).toEqual([['auth', auth]]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(path, '..'))).toEqual(['cutovers.json']);
  });

  it('is empty without a word where nothing was saved yet', () => {
    expect(open().load().size).toBe(0);
    expect(warnings).toEqual([]);
  });

  it.each([
    ['empty', ''],
    ['cut off', '{ "format": 1, "cutovers": { "auth": { "stage": "live", "rolloutPerc'],
    ['of another form', '[]'],
    ['of a newer form', '{ "format": 2, "cutovers": {} }'],
    [
      'with a stage that nobody knows',
      JSON.stringify({ format: 1, cutovers: { auth: at(1, { stage: 'canary' as 'live' }) } }),
    ],
    [
      'with a percent that can’t be',
      JSON.stringify({ format: 1, cutovers: { auth: at(1, { rolloutPercent: 101 }) } }),
    ],
    [
      'without a version',
      JSON.stringify({ format: 1, cutovers: { auth: { ...at(1), version: undefined } } }),
    ],
    ['of zeroes', '\0'.repeat(200)],
  ])(
    'ignores a file that is %s with a warning, and replaces it when there is something to save',
    async (_, text) => {
      writeAsIs(text);
      expect(open().load().size).toBe(0);
      expect(warnings).toEqual([
        expect.objectContaining({ msg: expect.stringContaining('damaged'), fault: expect.any(String) }),
      ]);
      await save({ auth: at(1) });
      expect(versions()).toEqual({ auth: 1 });
    },
  );

  it('writes the newest alone of several that wait', async () => {
    const file = open();
    for (let version = 1; version <= 50; version += 1) file.save(new Map([['auth', at(version)]]));
    await file.close();
    expect(versions()).toEqual({ auth: 50 });
  });

  it('keeps what another process saved of capabilities that are not its own', async () => {
    await save({ auth: at(3) });
    await save({ images: at(1) });
    expect(versions()).toEqual({ auth: 3, images: 1 });
  });

  it('goes back to an older version only if the store says so', async () => {
    await save({ auth: at(7) });
    const says = (version: number) => async (): Promise<Cutovers> => new Map([['auth', at(version)]]);
    await save({ auth: at(5) });
    expect(versions()).toEqual({ auth: 7 });
    await save({ auth: at(5) }, { confirm: says(7) });
    expect(versions()).toEqual({ auth: 7 });
    await save({ auth: at(5) }, { confirm: () => Promise.reject(new Error('gone')) });
    expect(versions()).toEqual({ auth: 7 });
    await save({ auth: at(5) }, { confirm: says(5) });
    expect(versions()).toEqual({ auth: 5 });
    await save({ auth: unmoved }, { confirm: async () => new Map() });
    expect(versions()).toEqual({});
  });

  it('is not a reason to fail when it can’t be written, and says so once', async () => {
    const folder = join(path, '..', '..');
    writeFileSync(join(folder, 'a-file'), '');
    const file = open({ path: join(folder, 'a-file', 'cutovers.json') });
    for (const version of [1, 2, 3]) {
      file.save(new Map([['auth', at(version)]]));
      await file.close();
    }
    expect(warnings.map(({ msg }) => msg)).toEqual(['cutovers not saved']);
  });

  it('is saved as soon as it can be written again', async () => {
    const folder = join(path, '..', '..');
    const inTheWay = join(folder, 'data');
    writeFileSync(inTheWay, '');
    const file = open({ retryAfterMs: 5 });
    file.save(new Map([['auth', at(4)]]));
    await until('it has failed', () => warnings.length === 1);
    rmSync(inTheWay);
    await until('it is saved', () => existsSync(path));
    await file.close();
    expect(versions()).toEqual({ auth: 4 });
  });

  it('is whole after each of ten kills in the middle of saving, and not older than what was saved', async () => {
    for (let kill = 1; kill <= 10; kill += 1) {
      const run = startWriter();
      const before = versions().auth ?? 0;
      await until('some versions are saved', () => run.saved > before + 3);
      run.child.kill('SIGKILL');
      await run.exited;
      const after = versions().auth ?? 0;
      expect(after).toBeGreaterThanOrEqual(run.saved);
      expect(after).toBeLessThanOrEqual(run.saved + 1);
      expect(warnings).toEqual([]);
      ageLeftovers();
    }
    await save({ images: at(1) });
    expect(readdirSync(join(path, '..'))).toEqual(['cutovers.json']);
  }, 60_000);

  it('never goes back while four processes save into it', async () => {
    const runs = ['auth', 'auth', 'auth', 'images'].map((name) => startWriter(name, '15'));
    const seen: Record<string, number>[] = [];
    const allEnded = () => {
      seen.push(versions());
      return runs.every(({ child }) => child.exitCode === 0);
    };
    await until('all have ended', allEnded, 50_000);
    for (const name of ['auth', 'images']) {
      const order = seen.map((it) => it[name] ?? 0);
      expect(order).toEqual([...order].sort((a, b) => a - b));
    }
    expect(versions()).toEqual({ auth: 15, images: 15 });
    expect(warnings).toEqual([]);
  }, 60_000);

  /** As if the killed writer's lock and half-written text were minutes old. */
  function ageLeftovers(): void {
    const folder = join(path, '..');
    for (const name of readdirSync(folder)) {
      if (name !== 'cutovers.json') utimesSync(join(folder, name), new Date(0), new Date(0));
    }
    JSON.parse(readFileSync(path, 'utf8'));
  }
});
