import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findTree, readProcesses } from './process/usage.ts';
import type { BenchResult } from './result.ts';

const program = path.join(import.meta.dirname, 'main.ts');

interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[]) {
  const bench = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  bench.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  bench.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const finished = once(bench, 'close').then(
    ([code]): Finished => ({ code: code as number | null, stdout, stderr }),
  );
  return { bench, finished };
}

const run = (...args: string[]) => start(args).finished;

describe('bench', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'bench-test-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('measures the gateway beside its upstream, end to end, with no failed request', async () => {
    const file = path.join(folder, 'result.json');
    const only = 'direct,gateway,gateway-routes,json,post,routes,half-load';
    const { code, stdout, stderr } = await run(
      ...['--only', only, '--load', 'own', '--rounds', '1', '--seconds', '0.1', '--json', file],
    );
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain('floor 2.5 × express: not measured in this run');

    const result = JSON.parse(await readFile(file, 'utf8')) as BenchResult;
    expect(result.scenarios.map(({ name }) => name)).toEqual(['json', 'post', 'routes', 'half-load']);
    for (const { proxies } of result.scenarios) {
      expect(proxies.length).toBeGreaterThan(0);
      for (const { rounds } of proxies) {
        expect(rounds).toHaveLength(1);
        expect(rounds[0]).toMatchObject({ errors: 0 });
        expect(rounds[0]?.requests).toBeGreaterThan(0);
      }
    }
  }, 120_000);

  it('launches those that the floors judge anew within the headline', async () => {
    const file = path.join(folder, 'launches.json');
    const { stderr } = await run(
      ...['--only', 'direct,fastify,gateway,json', '--load', 'own'],
      ...['--rounds', '2', '--seconds', '0.1', '--json', file],
    );
    expect(stderr.match(/^starting .*/gm)).toEqual([
      ...['starting the upstream', 'starting direct, no proxy'],
      ...['starting @fastify/http-proxy', 'starting banyan gateway'],
      ...['starting @fastify/http-proxy', 'starting banyan gateway'],
    ]);
    const { scenarios } = JSON.parse(await readFile(file, 'utf8')) as BenchResult;
    expect(scenarios[0]).toMatchObject({ launches: 2 });
    expect(scenarios[0]?.proxies.map(({ name, rounds }) => [name, rounds.length])).toEqual([
      ...[
        ['direct', 1],
        ['fastify', 2],
        ['gateway', 2],
      ],
    ]);
  }, 120_000);

  it('ends everything that it started when it is interrupted', async () => {
    const { bench, finished } = start(['--only', 'express,fastify,json', '--load', 'own', '--seconds', '60']);
    await new Promise<void>((resolve) => {
      bench.stderr.on('data', (text: string) => {
        if (text.includes('warming up')) resolve();
      });
    });
    const started = findTree(await readProcesses(), bench.pid ?? -1).map(({ pid }) => pid);
    expect(started.length).toBeGreaterThan(3); // itself, the upstream, two proxies

    bench.kill('SIGINT');
    expect(await finished).toMatchObject({ code: 130, stdout: '' });
    const left = await readProcesses();
    expect(left.filter(({ pid }) => started.includes(pid))).toEqual([]);
  });

  it('says what is wrong with its options, all of it, and measures nothing', async () => {
    const { code, stderr } = await run('--only', 'apache', '--rounds', 'many');
    expect(code).toBe(2);
    expect(stderr).toContain('apache');
    expect(stderr).toContain('many');
  });

  it('explains itself', async () => {
    const { code, stdout } = await run('--help');
    expect(code).toBe(0);
    expect(stdout).toContain('--quick');
  });
});
