import { beforeEach, describe, expect, it } from '@jest/globals';
import { httpUpstream } from '../../testing/http-upstream.ts';
import { closeLater } from '../../testing/in-front-of.ts';
import { type RunningOps, startOps, viewerToken } from '../../testing/start-ops.ts';
import { seamReport } from '../api/schemas.ts';
import { createSeamClient } from './seam-client.ts';

const why = 'a test';
let ops: RunningOps;

beforeEach(async () => {
  ops = await startOps();
  closeLater(ops);
});

const seam = (action: string, token?: string) =>
  ops.ask(`/api/capabilities/auth/seam/${action}`, { why }, token);

describe('the seam, through the ops API', () => {
  it('is read by a viewer, and moved by an operator under their name', async () => {
    ops.service.seamState = 'in-public';
    const read = await ops.ask('/api/capabilities/auth/seam', undefined, viewerToken);
    expect(seamReport.parse(read.body)).toMatchObject({ state: 'in-public', ready: false, next: 'in-auth' });
    expect((await seam('advance', viewerToken)).status).toBe(403);
    const moved = await seam('advance');
    expect([moved.status, moved.body.state, moved.body.took]).toEqual([200, 'in-auth', 12.3]);
    expect(ops.service.moves).toEqual([{ action: 'advance', why, by: 'olga' }]);
  });

  it.each(['rollout', 'live', 'retired'])('never goes back while the capability is at %s', async (stage) => {
    await ops.ask('/api/capabilities/auth/stage', { stage: stage === 'retired' ? 'live' : stage, why });
    if (stage === 'retired') await ops.ask('/api/capabilities/auth/stage', { stage, why });
    const refused = await seam('back');
    expect([refused.status, refused.body.error.code]).toEqual([409, 'refused']);
    expect(refused.body.error.message).toContain(`auth is at ${stage}`);
    expect(ops.service.moves).toEqual([]);
  });

  it('goes back once the capability is at legacy', async () => {
    await ops.ask('/api/capabilities/auth/stage', { stage: 'live', why });
    await ops.ask('/api/capabilities/auth/rollback', { why });
    expect((await seam('back')).body.state).toBe('in-public');
  });

  it('does not go back if the capability moves forward again while it waits for what is in flight', async () => {
    await ops.ask('/api/capabilities/auth/stage', { stage: 'live', why });
    await ops.ask('/api/capabilities/auth/rollback', { why });
    const going = seam('back');
    await ops.ask('/api/capabilities/auth/stage', { stage: 'live', why });
    expect((await going).status).toBe(409);
    expect(ops.service.moves).toEqual([]);
  });

  it('says no in its own words, with 409', async () => {
    ops.service.seamRefusal = 'users is locked\nby a long report';
    const refused = await seam('advance');
    expect([refused.status, refused.body.error.code]).toEqual([409, 'refused']);
    expect(refused.body.error.message).toBe('auth: users is locked by a long report.');
  });

  it('that is gone is a failure of the seam, and a precondition that is not met', async () => {
    await ops.service.close();
    ops.service.close = async () => undefined;
    const failed = await seam('advance');
    expect([failed.status, failed.body.error.code]).toEqual([502, 'seam-failed']);
    expect(failed.body.error.message).toContain('takes no connections');
    const { body } = await ops.ask('/api/status');
    expect(body.capabilities[0].seam).toEqual({ fault: 'the seam takes no connections' });
    expect(body.capabilities[0].preconditions).toContainEqual(
      expect.objectContaining({ name: 'seam-ready', met: false }),
    );
  });

  it('is none where the plan names none', async () => {
    const { status, body } = await ops.ask('/api/capabilities/images/seam');
    expect([status, body.error.message]).toEqual([409, 'The plan names no seam for images.']);
  });
});

describe('a seam that does not speak the protocol', () => {
  it.each([
    ['another status', 500, '{}', 'the seam answered 500'],
    ['a refusal of the token', 401, '{}', 'SEAM_TOKEN'],
    ['no JSON', 200, '<html>', 'does not speak the seam protocol'],
    ['other JSON', 200, '{"state":1}', 'does not speak the seam protocol'],
    ['too much', 200, `"${'x'.repeat(100_000)}"`, 'more than belongs here'],
    ['a way elsewhere', 302, '', 'the seam answered 302'],
  ])('by %s is named', async (_, status, body, message) => {
    const upstream = await httpUpstream(
      (_req, res) => void res.writeHead(status, { location: '/' }).end(body),
    );
    closeLater(upstream);
    const answer = await createSeamClient({ token: 'x' }).read(`http://127.0.0.1:${upstream.port}`);
    expect(answer).toMatchObject({ ok: false, refused: false, message: expect.stringContaining(message) });
  });

  it('by silence is given up on', async () => {
    const upstream = await httpUpstream(() => undefined);
    closeLater(upstream);
    const client = createSeamClient({ token: undefined, readWithinMs: 50 });
    const answer = await client.read(`http://127.0.0.1:${upstream.port}`);
    expect(answer).toMatchObject({ ok: false, message: 'the seam does not answer within 0.05 s' });
  });
});
