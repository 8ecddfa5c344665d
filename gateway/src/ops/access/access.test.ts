import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { closeLater } from '../../testing/in-front-of.ts';
import { startOps, viewerToken, writeTokens } from '../../testing/start-ops.ts';
import { until } from '../../testing/until.ts';
import { readOrMintSecret } from './minted-secret.ts';
import { createOperators } from './operators.ts';

let folder: string;
let lines: string[];
const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'banyan-access-'));
  lines = [];
});

function operatorsOf(tokensFile: string | undefined) {
  return createOperators({ tokensFile, dataDir: folder, logger, lookEveryMs: 5 });
}

describe('a tokens file', () => {
  it('is read anew when it changes: who is taken off it is refused, who is put on it may', async () => {
    const file = join(folder, 'tokens.json');
    writeTokens(file, { olga: ['operator', 'one'] });
    const operators = operatorsOf(file);
    expect(operators.find('one')).toEqual({ name: 'olga', role: 'operator' });
    writeTokens(file, { victor: ['viewer', 'two'] });
    await until('the new one counts', () => operators.find('two') !== undefined);
    expect(operators.find('two')).toEqual({ name: 'victor', role: 'viewer' });
    expect(operators.find('one')).toBeUndefined();
    operators.close();
  });

  it.each([
    ['no JSON', '{'],
    ['an empty one', ''],
    ['no tokens', '{"tokens":[]}'],
    ['an unknown role', `{"tokens":[{"name":"x","role":"root","sha256":"${'0'.repeat(64)}"}]}`],
    ['a token in the clear', '{"tokens":[{"name":"x","role":"viewer","sha256":"secret"}]}'],
  ])('broken by %s keeps those known before, and is logged once', async (_, text) => {
    const file = join(folder, 'tokens.json');
    writeTokens(file, { olga: ['operator', 'one'] });
    const operators = operatorsOf(file);
    writeFileSync(file, text);
    await until('the fault is known', () => operators.fault() !== undefined);
    expect(operators.find('one')).toBeDefined();
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('secret');
    writeTokens(file, { olga: ['operator', 'two'] });
    await until('it is put right', () => operators.find('two') !== undefined);
    expect(operators.fault()).toBeUndefined();
    operators.close();
  });

  it('that is not there lets nobody in, until it comes', async () => {
    const file = join(folder, 'tokens.json');
    const operators = operatorsOf(file);
    expect(operators.find('')).toBeUndefined();
    expect(operators.fault()).toContain('ENOENT');
    writeTokens(file, { olga: ['operator', 'one'] });
    await until('it counts', () => operators.find('one') !== undefined);
    operators.close();
  });

  it('is turned over under a running gateway', async () => {
    const ops = await startOps();
    closeLater(ops);
    writeTokens(ops.tokensFile, { nora: ['operator', 'token-of-nora'] });
    await until('the old are out', async () => (await ops.ask('/api/status')).status === 401);
    expect((await ops.ask('/api/status', undefined, viewerToken)).status).toBe(401);
    const changed = await ops.ask(
      '/api/capabilities/images/rollout',
      { percent: 1, why: 'x' },
      'token-of-nora',
    );
    expect(changed.body.change.by).toBe('nora');
  });
});

describe('a minted token', () => {
  it('is kept for its owner alone, and found again', () => {
    const operators = operatorsOf(undefined);
    const file = join(folder, 'operator-token');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const token = readFileSync(file, 'utf8').trim();
    expect(operators.find(token)).toEqual({ name: 'operator', role: 'operator' });
    expect(operators.find(token.slice(0, -1))).toBeUndefined();
    expect(operatorsOf(undefined).find(token)).toBeDefined();
    expect(readFileSync(file, 'utf8').trim()).toBe(token);
  });

  it('that could not be kept keeps no gateway from starting', () => {
    writeFileSync(join(folder, 'a-file'), '');
    const operators = createOperators({ tokensFile: undefined, dataDir: join(folder, 'a-file'), logger });
    expect(operators.fault()).toContain('a-file');
    expect(operators.find('')).toBeUndefined();
    expect(lines.join()).toContain('no operator can sign in');
  });

  it('that is damaged is said to be, and not taken for a token', () => {
    writeFileSync(join(folder, 'operator-token'), '\n');
    const operators = operatorsOf(undefined);
    expect(operators.find('')).toBeUndefined();
    expect(operators.fault()).toContain('delete it');
  });

  it('is one and the same for gateways that start at once', async () => {
    const module = fileURLToPath(new URL('minted-secret.ts', import.meta.url));
    const place = join(folder, 'deep', 'er', 'operator-token');
    const script = `import(${JSON.stringify(module)}).then((it) => console.log(JSON.stringify(it.readOrMintSecret(${JSON.stringify(place)}))))`;
    const run = () =>
      promisify(execFile)(process.execPath, ['-e', script], { env: { ...process.env, NODE_OPTIONS: '' } });
    const said = (await Promise.all(Array.from({ length: 6 }, run))).map(({ stdout }) => JSON.parse(stdout));
    expect(new Set(said.map(({ secret }) => secret)).size).toBe(1);
    expect(said.every(({ ok }) => ok)).toBe(true);
    // Nobody's draft is left.
    expect(readdirSync(join(folder, 'deep', 'er'))).toEqual(['operator-token']);
    expect(readOrMintSecret(place)).toEqual(said[0]);
  });
});
