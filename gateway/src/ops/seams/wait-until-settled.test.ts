import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { waitUntilSettled } from './wait-until-settled.ts';

/** Whether a promise has resolved, now or after a turn of the event loop. */
async function isResolved(promise: Promise<void>): Promise<boolean> {
  return Promise.race([promise.then(() => true), nextTurn(false)]);
}

describe('before a seam goes back', () => {
  it('what the service has begun to answer is waited for', async () => {
    let open = 2;
    let asked = 0;
    const settled = waitUntilSettled({}, () => {
      asked += 1;
      return open;
    });
    while (asked < 3) await nextTurn();
    expect(await isResolved(settled)).toBe(false);
    open = 0;
    await settled;
  });

  it('a rollback that was just made is given the time to reach every gateway', async () => {
    expect(await isResolved(waitUntilSettled({ changedAt: new Date().toISOString() }, () => 0))).toBe(false);
  });

  it('nothing is waited for where nothing was ever at the service', async () => {
    await waitUntilSettled({}, () => 0);
    await waitUntilSettled({ changedAt: '2026-01-01T00:00:00.000Z' }, () => 0);
  });
});
