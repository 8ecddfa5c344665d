import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { unmoved } from '../../cutover/cutover.ts';
import { closeLater } from '../../testing/in-front-of.ts';
import { type RunningOps, startOps } from '../../testing/start-ops.ts';
import { until } from '../../testing/until.ts';
import { type DoctorReport, doctorReport } from '../api/schemas.ts';
import type { Survey } from '../probes/survey.ts';
import { checkCapability } from './check-capability.ts';
import { checkOpsPort, checkSnapshotFile, checkTokens } from './check-local.ts';

const why = 'a test';

async function examine(ops: RunningOps): Promise<DoctorReport> {
  const { status, body } = await ops.ask('/api/doctor');
  expect(status).toBe(200);
  return doctorReport.parse(body);
}

function named(report: DoctorReport, name: string) {
  return report.checks.find((check) => check.name === name);
}

describe('doctor', () => {
  it('finds a whole gateway well, by each part', async () => {
    const snapshotFile = join(mkdtempSync(join(tmpdir(), 'banyan-doctor-')), 'cutovers.json');
    const ops = await startOps({ cutovers: { snapshotFile } });
    closeLater(ops);
    chmodSync(ops.tokensFile, 0o600);
    await ops.ask('/api/capabilities/auth/rollout', { percent: 1, why });
    await until('it is saved', () => existsSync(snapshotFile));
    const report = await examine(ops);
    expect(report.checks.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['legacy upstream', 'ok'],
      ['auth service', 'ok'],
      ['auth seam', 'ok'],
      ['auth service clock', 'ok'],
      ['auth seam clock', 'ok'],
      ['images service', 'ok'],
      ['memory store', 'ok'],
      ['snapshot file', 'ok'],
      ['operator tokens', 'ok'],
      ['ops port', 'ok'],
    ]);
    expect(report.healthy).toBe(true);
    expect(named(report, 'memory store')?.detail).toMatch(/last change seen: \d{4}-/);
  });

  it('warns of a service that is down before it is sent callers, and fails after', async () => {
    const ops = await startOps();
    closeLater(ops);
    ops.service.ready = false;
    ops.service.seamState = 'in-public';
    const before = await examine(ops);
    expect(named(before, 'auth service')).toMatchObject({ verdict: 'warn', advice: expect.any(String) });
    expect(named(before, 'auth seam')).toMatchObject({
      verdict: 'warn',
      advice: expect.stringContaining('banyan seam auth advance'),
    });
    expect(before.healthy).toBe(true);
    await ops.ask('/api/capabilities/auth/rollout', { percent: 1, why, force: true });
    const after = await examine(ops);
    expect(named(after, 'auth service')).toMatchObject({
      verdict: 'fail',
      advice: expect.stringContaining('banyan rollback auth'),
    });
    expect(named(after, 'auth seam')?.verdict).toBe('fail');
    expect(after.healthy).toBe(false);
  });

  it('fails when the monolith is gone', async () => {
    const ops = await startOps();
    closeLater(ops);
    await ops.closeLegacy();
    const report = await examine(ops);
    expect(named(report, 'legacy upstream')).toMatchObject({ verdict: 'fail' });
  });

  it('says that the tokens file is broken, or open to others', async () => {
    const ops = await startOps();
    closeLater(ops);
    chmodSync(ops.tokensFile, 0o644);
    expect(named(await examine(ops), 'operator tokens')).toMatchObject({
      verdict: 'warn',
      advice: `chmod 600 ${ops.tokensFile}`,
    });
    writeFileSync(ops.tokensFile, '{');
    await until(
      'it is noticed',
      async () => named(await examine(ops), 'operator tokens')?.verdict === 'fail',
    );
  });
});

describe('the checks', () => {
  const survey = (aheadMs: number): Survey => ({
    service: { reachable: true, ready: true, detail: '', clockAheadMs: aheadMs },
    seam: undefined,
  });

  it.each([
    [4_900, 'ok', 'within 5 s'],
    [-61_000, 'warn', '61.0 s behind'],
    [7_000, 'warn', '7.0 s ahead of'],
  ])('judge a clock that is %d ms ahead', (aheadMs, verdict, detail) => {
    const [, clock] = checkCapability('auth', unmoved, survey(aheadMs));
    expect(clock).toMatchObject({ verdict, detail: expect.stringContaining(detail) });
  });

  it('fail where the store’s state makes no sense, and say what puts it right', () => {
    const [check] = checkCapability('auth', { ...unmoved, unreadable: 'stage: is new' }, survey(0));
    expect(check).toMatchObject({
      verdict: 'fail',
      advice: expect.stringContaining('banyan stage auth legacy'),
    });
  });

  let folder: string | undefined;
  afterEach(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  it('know a snapshot file that is none, is yet to come, has an age, or can’t be written', () => {
    folder = mkdtempSync(join(tmpdir(), 'banyan-doctor-'));
    const file = join(folder, 'cutovers.json');
    expect(checkSnapshotFile(undefined, 0).verdict).toBe('warn');
    expect(checkSnapshotFile(file, 0)).toMatchObject({
      verdict: 'ok',
      detail: expect.stringContaining('first change'),
    });
    writeFileSync(file, '{}');
    expect(checkSnapshotFile(file, Date.now() + 7_200_000).detail).toContain('saved 2 h ago');
    expect(checkSnapshotFile(join(file, 'below-a-file'), 0).verdict).toBe('fail');
  });

  it('warn of an ops port that others reach', () => {
    expect(checkOpsPort('127.0.0.1', 8081).verdict).toBe('ok');
    expect(checkOpsPort('0.0.0.0', 8081)).toMatchObject({ verdict: 'warn', detail: '0.0.0.0:8081' });
  });

  it('fail where no token can be read', () => {
    expect(checkTokens({ fault: () => 'x: gone', source: '/nowhere' }).verdict).toBe('fail');
  });
});
