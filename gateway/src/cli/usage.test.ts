import { execFile } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { httpUpstream } from '../testing/http-upstream.ts';
import { closeLater } from '../testing/in-front-of.ts';
import { startGateway } from '../testing/start-gateway.ts';
import { operatorToken, type RunningOps, runBanyan, startOps, viewerToken } from '../testing/start-ops.ts';

let ops: RunningOps;

beforeEach(async () => {
  ops = await startOps();
  closeLater(ops);
});

const why = ['--why', 'a test'];

describe('what is asked first', () => {
  const env = () => ({ BANYAN_OPS_URL: ops.gateway.opsUrl, BANYAN_TOKEN: operatorToken });
  const answering = (text: string) => {
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    stdin.end(text);
    return stdin;
  };

  it('is the way to retired, which nobody comes back from', async () => {
    await ops.run('stage', 'images', 'live', ...why);
    const retire = ['stage', 'images', 'retired', ...why];
    expect(await ops.run(...retire)).toMatchObject({ code: 1, err: expect.stringContaining('--yes') });
    expect(await runBanyan(retire, env(), answering('n\n'))).toMatchObject({ code: 1 });
    expect(await runBanyan(retire, env(), answering(''))).toMatchObject({ code: 1 });
    expect((await ops.ask('/api/status')).body.capabilities[1].stage).toBe('live');
    expect(await runBanyan(retire, env(), answering('y\n'))).toMatchObject({
      ...{ code: 0, out: 'images: live → retired (change images-2)\n' },
      err: expect.stringContaining('[y/N]'),
    });
  });
});

describe('usage', () => {
  it.each([
    [['rollout', 'auth', '10'], /--why/],
    [['rollout', 'auth', '10', '--why', ' '], /must not be empty/],
    [['rollback', 'auth'], /--why/],
    [['rollback', ...why], /one capability, or give --all/],
    [['rollback', 'auth', '--all', ...why], /one capability, or give --all/],
    [['rollout', 'auth', '101', ...why], /0 to 100/],
    [['rollout', 'auth', '-5', ...why], /./],
    [['rollout', 'auth', '1.005', ...why], /0\.01/],
    [['stage', 'auth', 'gone', ...why], /legacy, shadow, rollout, live, retired/],
    [['allow', 'auth', ...why], /key/],
    [['override', 'auth', 'both'], /legacy and service/],
    [['override', 'auth', 'service', '--for', '1y'], /90s/],
    [['explain', 'GET'], /path/],
    [['explain', 'GET', 'no-slash'], /body\.path/],
    [['explain', 'GET', '/', '--header', 'nocolon'], /NAME:VALUE/],
    [['history', '--limit', '0'], /1 to 200/],
    [['seam', 'auth', 'explode'], /status, advance/],
    [['seam', 'auth', 'advance'], /--why/],
    [['revert', 'x'], /--why/],
    [['stauts'], /Did you mean status/],
    [['status', '--jsn'], /--json/],
    [['status', '--ops', 'nowhere'], /http/],
    [[], /Usage: banyan/],
  ] as const)('of %j is refused with 2', async (args, message) => {
    const { code, err, out } = await ops.run(...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n {4}at /);
  });

  it('is explained by --help, with 0', async () => {
    const { code, out } = await ops.run('--help');
    expect(code).toBe(0);
    for (const word of ['status', 'rollback', 'Exit codes']) expect(out).toContain(word);
    expect((await ops.run('rollout', '--help')).out).toContain('--why <text>');
  });
});

describe('where the command finds its gateway', () => {
  it('says in one line that none answers, or that it is something else', async () => {
    expect(await ops.run('--ops', 'http://127.0.0.1:1', 'status')).toEqual({
      ...{ code: 1, out: '', err: 'banyan: no gateway answers at http://127.0.0.1:1\n' },
    });
    const other = await ops.run('status', '--ops', ops.gateway.url);
    expect([other.code, other.err]).toEqual([1, expect.stringContaining('is no gateway’s ops API')]);
  });

  it('is the environment, unless a flag says otherwise', async () => {
    const viewer = { OPS_PORT: String(ops.gateway.opsPort), BANYAN_TOKEN: viewerToken };
    expect((await runBanyan(['status'], viewer)).code).toBe(0);
    const refused = await runBanyan(['rollback', '--all', ...why], viewer);
    expect(refused).toEqual({
      code: 1,
      out: '',
      err: 'banyan: victor is a viewer; this needs an operator.\n',
    });
    expect((await runBanyan(['rollback', '--all', ...why, '--token', operatorToken], viewer)).code).toBe(0);
  });

  it('with the token that it minted, which is in its data folder', async () => {
    const legacy = await httpUpstream((_, res) => void res.end());
    const gateway = await startGateway(legacy.port);
    closeLater(legacy, gateway);
    const env = { OPS_PORT: String(gateway.opsPort), BANYAN_DATA_DIR: gateway.dataDir };
    expect((await runBanyan(['status'], env)).code).toBe(0);
    const lost = await runBanyan(['status'], { ...env, BANYAN_DATA_DIR: '/nowhere' });
    expect([lost.code, lost.err]).toEqual([
      1,
      expect.stringMatching(/^banyan: A bearer token is needed\..*BANYAN_TOKEN/),
    ]);
  });

  it('runs as a process of its own, which waits for nobody', async () => {
    const program = fileURLToPath(new URL('../../bin/banyan.js', import.meta.url));
    const env = {
      ...process.env,
      NODE_OPTIONS: '',
      BANYAN_OPS_URL: ops.gateway.opsUrl,
      BANYAN_TOKEN: operatorToken,
    };
    const run = promisify(execFile);
    const done = await run(process.execPath, [program, 'rollout', 'images', '10', ...why], { env });
    expect(done.stdout).toBe('images: legacy → rollout 10 % (change images-1)\n');
    const refused = await run(process.execPath, [program, 'stage', 'images', 'retired', ...why], {
      env,
    }).catch((it) => it);
    expect([refused.code, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toMatch(/^banyan: retired is final.*--yes\.\n$/);
  });
});

it('colours are for terminals whose user didn’t ask for none', async () => {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const env = { BANYAN_OPS_URL: ops.gateway.opsUrl, BANYAN_TOKEN: operatorToken };
  expect((await runBanyan(['status'], { ...env, NO_COLOR: '' }, stdin)).out).toContain('\u001b[');
  expect((await runBanyan(['status'], env, stdin)).out).not.toContain('\u001b[');
  expect((await runBanyan(['status'], { ...env, NO_COLOR: '' })).out).not.toContain('\u001b[');
});
