import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { checkHostFile, readConfig } from './config.ts';
import { startLambdaHost } from './start-lambda-host.ts';

const good = { name: 'auth', bundle: '/x/handler.cjs', handler: 'handler.handler' };
const faultsOf = (more: object, routes: object[] = []) => {
  const checked = checkHostFile({ functions: [{ ...good, ...more }], routes });
  return checked.ok ? [] : checked.faults;
};

describe('what a host is told', () => {
  it('is given the defaults of Lambda', () => {
    const checked = checkHostFile({ functions: [good], routes: [] });
    expect(checked.ok && checked.value.functions[0]).toEqual({
      ...good,
      environment: {},
      memoryMb: 128,
      timeoutMs: 3_000,
      maxConcurrency: 10,
    });
  });

  it.each([
    ['a name', { name: 'no spaces' }, 'functions.0.name must be 1 to 64 letters, digits, - or _'],
    ['a relative bundle', { bundle: 'handler.cjs' }, 'functions.0.bundle must be an absolute path'],
    [
      'a bundle that is no JavaScript',
      { bundle: '/x/handler.ts' },
      'functions.0.bundle must end in .js, .mjs or .cjs',
    ],
    [
      'a handler without a module',
      { handler: 'handler' },
      'functions.0.handler must be of the form module.export',
    ],
    [
      'a handler of another module',
      { handler: 'index.handler' },
      'functions.0.handler names the module index, but the bundle is handler.cjs',
    ],
    ['too little memory', { memoryMb: 64 }, 'functions.0.memoryMb Too small: expected number to be >=128'],
    [
      'too long a time-out',
      { timeoutMs: 900_001 },
      'functions.0.timeoutMs Too big: expected number to be <=900000',
    ],
    [
      'a reserved variable',
      { environment: { AWS_REGION: 'x' } },
      'functions.0.environment AWS_REGION is reserved: Lambda sets it itself',
    ],
    [
      'a variable whose name is none',
      { environment: { '1A': 'x' } },
      'functions.0.environment 1A is no name that Lambda accepts',
    ],
    [
      'variables past 4 KB',
      { environment: { AB: 'x'.repeat(4_095) } },
      'functions.0.environment has 4097 bytes, and Lambda accepts 4096',
    ],
  ])('is refused for %s', (_, more, fault) => {
    expect(faultsOf(more)).toContain(fault);
  });

  it('is refused for a route to nowhere, and for one name given twice', () => {
    expect(faultsOf({}, [{ method: 'GET', path: '/x', function: 'nobody' }])).toEqual([
      'routes.0.function there is no function nobody',
    ]);
    const twice = checkHostFile({ functions: [good, good], routes: [] });
    expect(!twice.ok && twice.faults).toEqual(['functions.1.name auth is there twice']);
  });

  it('is refused with all its faults at once, from a caller too', async () => {
    const functions = [{ ...good, name: '!', handler: 'handler' }];
    await expect(startLambdaHost({ port: 0, functions, routes: [] })).rejects.toThrow(
      /functions\.0\.name.*\n.*functions\.0\.handler/,
    );
  });

  it('is refused if a bundle is not there', async () => {
    await expect(startLambdaHost({ port: 0, functions: [good], routes: [] })).rejects.toThrow(
      'auth has no bundle at /x/handler.cjs',
    );
  });

  it('is read from the environment and the file that it names', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lambda-host-config-'));
    const file = join(folder, 'host.json');
    await writeFile(file, JSON.stringify({ functions: [good], routes: [], idleMs: 5 }));
    const read = readConfig({ LAMBDA_HOST_CONFIG: file, LAMBDA_HOST_PORT: '' });
    expect(read.ok && read.config).toMatchObject({ host: '127.0.0.1', port: 9000, idleMs: 5 });

    await writeFile(file, '{');
    const bad = readConfig({ LAMBDA_HOST_CONFIG: file, LAMBDA_HOST_PORT: '70000' });
    expect(!bad.ok && bad.faults).toEqual([
      'LAMBDA_HOST_PORT must be a port from 0 to 65535',
      expect.stringContaining("LAMBDA_HOST_CONFIG can't be read"),
    ]);
  });
});
