import { advance, back, readState } from '@banyan/auth-service';
import { until } from '@banyan/serving/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type MonolithBesideSeam, startMonolithBesideSeam } from './monolith-beside-seam.ts';
import { createVisitor } from './visitor.ts';

const writers = 6;
const moves = 20;

describe('the auth seam under live traffic', () => {
  let beside: MonolithBesideSeam;
  beforeAll(async () => {
    beside = await startMonolithBesideSeam();
  });
  afterAll(() => beside?.stop());

  it('moves ten times there and back, and no request is answered otherwise than it must be', async () => {
    const visitors = Array.from({ length: writers }, () => createVisitor(beside.url));
    let over = false;
    const visits = visitors.map(({ visit }) => visit(() => over));
    const counted = () => visitors.reduce((count, { records }) => count + records.length, 0);
    const longest = () =>
      Math.round(Math.max(...visitors.flatMap(({ records }) => records.map(({ tookMs }) => tookMs))));
    // What a request takes at worst while nothing moves, on this machine and at this time.
    await until(() => counted() >= 300);
    const longestBefore = longest();
    const outcomes = [];
    for (let move = 0; move < moves; move += 1) {
      // Each move is made amid requests, and not as fast as it can be.
      const next = counted() + 30;
      await until(() => counted() >= next);
      outcomes.push(await (move % 2 === 0 ? advance : back)(beside.seam));
    }
    over = true;
    await Promise.all(visits);
    expect(visitors.flatMap(({ wrong }) => wrong)).toEqual([]);
    expect(await readState(beside.seam)).toBe('in-public');

    const heldUpMs = Math.max(...outcomes.map((outcome) => outcome.heldUpMs));
    const attempts = outcomes.reduce((sum, outcome) => sum + outcome.attempts, 0);
    process.stdout.write(
      `seam: ${moves} moves in ${attempts} attempts under ${counted()} requests, 0 errors; ` +
        `longest try ${heldUpMs} ms, longest request ${longest()} ms (${longestBefore} ms before the first move)\n`,
    );
  }, 120_000);

  it('lets the monolith start anew while its tables are elsewhere', async () => {
    await advance(beside.seam);
    const visitor = createVisitor(await beside.restart());
    let rounds = 0;
    await visitor.visit(() => rounds++ > 0);
    expect(visitor.wrong).toEqual([]);
    expect(visitor.records.length).toBeGreaterThan(0);
    expect(await readState(beside.seam)).toBe('in-auth');
    await back(beside.seam);
  });
});
