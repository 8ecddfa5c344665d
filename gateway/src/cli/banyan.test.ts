import { PassThrough } from 'node:stream';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { opsErrorBody } from '../ops/api/ops-error.ts';
import type { OpsRouteName } from '../ops/api/routes.ts';
import { opsRoutes } from '../ops/api/routes.ts';
import { closeLater } from '../testing/in-front-of.ts';
import { operatorToken, type RunningOps, runBanyan, startOps } from '../testing/start-ops.ts';
import { widthOf } from './text/table.ts';

let ops: RunningOps;

beforeEach(async () => {
  ops = await startOps();
  closeLater(ops);
});

const why = ['--why', 'a test'];

/** The parsed output of a command with --json, which the route's own schema takes. */
async function json(route: OpsRouteName, ...args: string[]) {
  const { code, out, err } = await ops.run(...args, '--json');
  expect([code, err]).toEqual([0, '']);
  const value: unknown = JSON.parse(out);
  expect(opsRoutes[route].answer.parse(value)).toEqual(value);
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of it.
  return value as any;
}

describe('banyan status', () => {
  it('shows each capability on one line of 80 columns at most, and what stands in its way', async () => {
    await ops.run(
      'rollout',
      'auth',
      '12.5',
      '--why',
      'to see whether a why that is rather long is cut to fit',
    );
    await ops.run('allow', 'auth', 'a', 'b', ...why);
    await ops.run('deny', 'auth', 'c', ...why);
    const long = 'a why that is so long that it is cut to fit a line of eighty columns, as whys may be';
    await ops.run('rollout', 'images', '0', '--why', long);
    ops.service.seamState = 'in-public';
    const { code, out } = await ops.run('status');
    expect(code).toBe(0);
    expect(out).toMatch(/^auth +rollout +12\.5 % \+2 −1 +up +ready +in-public\n {2}olga, just now: a test$/m);
    expect(out).toMatch(/^images +rollout +0 % +up +ready +–\n {2}olga, just now: a why .*…$/m);
    expect(out).toMatch(/^notifications +legacy +0 % +up +– +–\n {2}never changed$/m);
    expect(out).toContain('auth: the seam is at in-public: advance it to in-auth');
    expect(out).toContain('notifications: the plan names no service');
    for (const line of out.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(80);
    expect((await json('readStatus', 'status')).capabilities).toHaveLength(3);
  });
});

describe('banyan stage, rollout and rollback', () => {
  it('print from and to, and exit with 0', async () => {
    expect(await ops.run('rollout', 'auth', '10', ...why)).toEqual({
      ...{ code: 0, err: '' },
      out: 'auth: legacy → rollout 10 % (change auth-1)\n',
    });
    expect((await ops.run('rollout', 'auth', '10%', ...why)).out).toBe(
      'auth: nothing to change, it is at rollout 10 %\n',
    );
    expect((await ops.run('stage', 'auth', 'live', ...why)).out).toContain('auth: rollout 10 % → live');
    expect((await ops.run('rollback', 'auth', ...why)).out).toContain('auth: live → legacy');
    await ops.run('rollout', 'auth', '10', ...why);
    const all = await ops.run('rollback', '--all', ...why);
    expect(all.out).toBe(
      'auth: rollout 10 % → legacy (change auth-5)\nimages: nothing to change, it is at legacy\n' +
        'notifications: nothing to change, it is at legacy\n',
    );
    expect((await json('setRollout', 'rollout', 'images', '1.25', ...why)).change.to.rolloutPercent).toBe(
      1.25,
    );
    expect((await json('setStage', 'stage', 'images', 'legacy', ...why)).change.kind).toBe('stage');
    expect((await json('rollBack', 'rollback', 'images', ...why)).change).toBeNull();
    expect((await json('rollBackAll', 'rollback', '--all', ...why)).results).toHaveLength(3);
  });

  it('are refused with 1 and one line, and with the API’s own words for a script', async () => {
    ops.service.ready = false;
    ops.service.seamState = 'in-public';
    const refused = await ops.run('rollout', 'auth', '10', ...why);
    expect([refused.code, refused.out]).toEqual([1, '']);
    expect(refused.err).toMatch(
      /^banyan: auth stays at legacy, unless forced: service-ready: .*; seam-ready: [^\n]*\n$/,
    );
    const forScript = await ops.run('rollout', 'auth', '10', ...why, '--json');
    expect(opsErrorBody.parse(JSON.parse(forScript.out)).error).toMatchObject({
      code: 'refused',
      reasons: [expect.any(String), expect.any(String)],
    });
    const forced = await ops.run('rollout', 'auth', '10', ...why, '--force');
    expect(forced.out).toBe('auth: legacy → rollout 10 %, forced (change auth-1)\n');
    const late = await ops.run('rollout', 'auth', '20', ...why, '--force', '--expect-version', '0');
    expect([late.code, late.err]).toEqual([1, expect.stringContaining('is at version 1, by olga, not at 0')]);
  });

  it('name the capability that was meant', async () => {
    const { code, err } = await ops.run('rollout', 'atuh', '10', ...why);
    expect([code, err]).toEqual([1, 'banyan: There is no capability "atuh". Did you mean auth?\n']);
  });
});

describe('banyan allow, deny, override and explain', () => {
  it('pin callers, and say where each goes', async () => {
    await ops.run('rollout', 'auth', '0', ...why);
    expect((await ops.run('allow', 'auth', 'ann', 'bob', ...why)).out).toBe(
      'auth: rollout 0 % → rollout 0 %, 2 allowed (change auth-2)\n',
    );
    expect((await ops.run('explain', 'GET', '/api/auth/me', '--user', 'ann')).out).toMatch(
      /^GET \/api\/auth\/me → service: .*allow list.*\n$/,
    );
    expect((await ops.run('deny', 'auth', 'ann', ...why)).code).toBe(0);
    expect((await json('explain', 'explain', 'get', '/api/auth/me', '--user', 'ann')).reason).toBe('denied');
    expect((await ops.run('deny', 'auth', 'ann', '--remove', ...why)).out).toContain(
      'rollout 0 %, 1 denied → rollout 0 %',
    );
    expect((await json('allow', 'allow', 'auth', 'bob', '--remove', ...why)).cutover.allow).toEqual([]);
    const signed = await json('signOverride', 'override', 'auth', 'service', '--for', '30m');
    const header = ['--header', `${signed.header}: ${signed.value}`];
    expect((await json('explain', 'explain', 'GET', '/api/auth/me', ...header)).reason).toBe('override');
    expect((await ops.run('override', 'auth', 'service')).out).toContain('x-banyan-override: auth=service');
    const sized = ['--body-bytes', '10', '--address', '10.0.0.1'];
    expect((await json('explain', 'explain', 'POST', '/api/auth/login', ...sized)).key).toBe('address');
  });
});

describe('banyan history and revert', () => {
  it('show the log, and go back along it', async () => {
    expect((await ops.run('history')).out).toBe('nothing was ever changed\n');
    await ops.run('rollout', 'auth', '25', '--why', 'first try');
    await ops.run('rollback', 'auth', '--why', 'too many failures');
    const { out } = await ops.run('history', 'auth');
    expect(out.split('\n')).toEqual([
      expect.stringMatching(/^auth-2 +auth +rollout 25 % → legacy +olga, just now$/),
      '  too many failures',
      expect.stringMatching(/^auth-1 +auth +legacy → rollout 25 % +olga, just now$/),
      '  first try',
      '',
    ]);
    expect((await json('listChanges', 'history', '--limit', '1', '--before', 'auth-2')).changes[0].id).toBe(
      'auth-1',
    );
    const asked = await ops.run('revert', 'auth-2', ...why);
    expect([asked.code, asked.out]).toEqual([1, '']);
    expect(asked.err).toMatch(
      /^banyan: This sends callers of auth forward, from legacy to rollout 25 %\..*--yes/,
    );
    expect((await ops.run('revert', 'auth-2', '--yes', ...why)).out).toContain('auth: legacy → rollout 25 %');
    // Back to where it began needs no word.
    expect((await json('revertChange', 'revert', 'auth-1', ...why)).change.to.stage).toBe('legacy');
    expect(await ops.run('revert', 'auth-99', ...why)).toMatchObject({ code: 1 });
    expect((await ops.run('history', 'atuh')).err).toContain('Did you mean auth?');
  });
});

describe('banyan seam', () => {
  it('shows and moves it', async () => {
    ops.service.seamState = 'in-public';
    expect((await ops.run('seam', 'auth', 'status')).out).toBe(
      'auth seam: [in-public] → in-auth, not ready for the service\n  advance leads to in-auth\n',
    );
    expect((await ops.run('seam', 'auth', 'advance', ...why)).out).toBe(
      'auth seam: in-public → in-auth in 12 ms\n',
    );
    expect((await json('readSeam', 'seam', 'auth', 'status')).state).toBe('in-auth');
    const asked = await ops.run('seam', 'auth', 'back', ...why);
    expect([asked.code, asked.err]).toEqual([1, expect.stringContaining('--yes')]);
    expect((await json('moveSeam', 'seam', 'auth', 'back', '--yes', ...why)).state).toBe('in-public');
    ops.service.seamRefusal = 'a long report holds the table';
    expect((await ops.run('seam', 'auth', 'advance', ...why)).err).toBe(
      'banyan: auth: a long report holds the table.\n',
    );
    expect((await ops.run('seam', 'images', 'status')).err).toContain('names no seam for images');
  });

  it('asks for long work slice by slice until all is done', async () => {
    const { code, out } = await ops.run('seam', 'auth', 'backfill', ...why);
    expect([code, out]).toEqual([0, 'auth seam: still in-auth\n  rows: 350 of 350\n']);
    expect(ops.service.moves).toHaveLength(4);
  });

  it('says how much of it failed, and gives up on what gets no further', async () => {
    ops.service.work.failed = 2;
    const failed = await ops.run('seam', 'auth', 'backfill', ...why);
    expect([failed.code, failed.err]).toEqual([1, 'banyan: auth: 2 of rows failed\n']);
    ops.service.work.done = 0;
    ops.service.stuck = true;
    const stuck = await ops.run('seam', 'auth', 'backfill', ...why);
    expect([stuck.code, stuck.err]).toEqual([1, 'banyan: auth: rows gets no further than 2 of 350\n']);
  });

  it('draws a bar on a terminal, and takes it off in the end', async () => {
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    const env = { BANYAN_OPS_URL: ops.gateway.opsUrl, BANYAN_TOKEN: operatorToken };
    const { err } = await runBanyan(['seam', 'auth', 'backfill', ...why], env, stdin);
    expect(err).toContain(`rows ${'█'.repeat(8)}${'░'.repeat(22)} 28 % (100 of 350)`);
    expect(err.endsWith('\r\u001b[K')).toBe(true);
  });
});

describe('banyan doctor', () => {
  it('prints each check with what to do, and exits with 1 if one fails', async () => {
    const well = await ops.run('doctor');
    expect(well.code).toBe(0);
    expect(well.out).toMatch(/^ok +auth service +http:.* answers 200$/m);
    expect(well.out).toMatch(/^warn +snapshot file +none\n +→ .*CUTOVER_SNAPSHOT_FILE/m);
    await json('examine', 'doctor');
    await ops.closeLegacy();
    const ill = await ops.run('doctor');
    expect(ill.code).toBe(1);
    expect(ill.out).toMatch(/^fail +legacy upstream .*\n +→ .*start it\.$/m);
  });
});
