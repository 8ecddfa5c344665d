import { type WaiteeStatus, waiteeTransitions } from '@banyan/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { addGuest, addHost, addList, changeLine, testLine, testTokens } from './testing.ts';
import { readLine, readWaitee } from './waitee-store.ts';

let database: TestDatabase;
let host: string;

beforeAll(async () => {
  database = await createTestDatabase();
  host = await addHost(database.knex);
});
afterAll(() => database.drop());

async function lineOf(waitlistId: string): Promise<readonly string[]> {
  return (await readLine(database.knex, waitlistId)).map((waitee) => waitee.id);
}

function setStatus(waitlistId: string, waiteeId: string, to: WaiteeStatus): Promise<void> {
  return changeLine(database.knex, host, waitlistId, (tx) =>
    testLine.setStatus(tx, waitlistId, waiteeId, to),
  );
}

function reorder(waitlistId: string, waiteeIds: readonly string[]): Promise<void> {
  return changeLine(database.knex, host, waitlistId, (tx) => testLine.reorder(tx, waitlistId, waiteeIds));
}

describe('the line', () => {
  it('tells each of 100 guests who join at once another position, 1 to 100', async () => {
    const db = database.knex;
    const list = await addList(db, host);
    const joined = await Promise.all(
      Array.from({ length: 100 }, (_, index) => addGuest(db, host, list.id, `Guest ${index}`)),
    );
    const positions = joined.map((waitee) => waitee.position).sort((a, b) => Number(a) - Number(b));
    expect(positions).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    const line = await readLine(db, list.id);
    expect(line.map((waitee) => waitee.position)).toEqual(positions);
    expect(new Set(line.map((waitee) => waitee.estimatedWaitMinutes)).size).toBe(100);
  });

  it('keeps positions unique and whole under joins, calls and new orders at once', async () => {
    const db = database.knex;
    const list = await addList(db, host);
    const first = await Promise.all(['a', 'b', 'c', 'd'].map((name) => addGuest(db, host, list.id, name)));
    const ids = first.map((waitee) => waitee.id);
    const outcomes = await Promise.allSettled([
      ...Array.from({ length: 20 }, (_, index) => addGuest(db, host, list.id, `later ${index}`)),
      ...Array.from({ length: 10 }, async (_, turn) => {
        const line = await lineOf(list.id);
        await reorder(list.id, turn % 2 === 0 ? [...line].reverse() : line);
      }),
      ...ids.map((id) => setStatus(list.id, id, 'called')),
    ]);
    const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'order_conflict' });
    const line = await readLine(db, list.id);
    expect(line.map((waitee) => waitee.position)).toEqual(line.map((_, index) => index + 1));
    expect(line).toHaveLength(20);
    const ranks = await db('waitees').where({ waitlist_id: list.id, status: 'waiting' }).pluck('rank');
    expect(new Set(ranks).size).toBe(20);
  });

  it('calls a guest or lets them go, never both, when both are asked for at once', async () => {
    const db = database.knex;
    const list = await addList(db, host);
    for (let round = 0; round < 10; round += 1) {
      const { id } = await addGuest(db, host, list.id, `Guest ${round}`);
      const [call, again] = await Promise.allSettled([
        setStatus(list.id, id, 'called'),
        setStatus(list.id, id, 'called'),
        setStatus(list.id, id, 'cancelled'),
      ]);
      const waitee = await readWaitee(db, list.id, id);
      // Whoever is called may still leave, so that leaving always holds in the end.
      expect(waitee).toMatchObject({ status: 'cancelled', position: null, estimatedWaitMinutes: null });
      const calls = [call, again].filter((outcome) => outcome?.status === 'fulfilled').length;
      expect(calls).toBeLessThan(2);
      expect(waitee.calledAt === null).toBe(calls === 0);
      expect(await db('notifications').where({ waitee_id: id })).toHaveLength(calls);
    }
  });

  it('lets a guest become what the contract says, from each state to each, and nothing else', async () => {
    const db = database.knex;
    const list = await addList(db, host);
    const states = Object.keys(waiteeTransitions) as WaiteeStatus[];
    for (const from of states) {
      for (const to of states) {
        const { id } = await addGuest(db, host, list.id, `${from} to ${to}`);
        await db('waitees').where({ id }).update({ status: from });
        const next: readonly WaiteeStatus[] = waiteeTransitions[from];
        if (next.includes(to)) {
          await setStatus(list.id, id, to);
          expect((await readWaitee(db, list.id, id)).status).toBe(to);
        } else {
          await expect(setStatus(list.id, id, to)).rejects.toMatchObject({ code: 'invalid_transition' });
          expect((await readWaitee(db, list.id, id)).status).toBe(from);
        }
      }
    }
  });

  it('makes a notification due with the call, or neither', async () => {
    const db = database.knex;
    const list = await addList(db, host);
    const { id } = await addGuest(db, host, list.id, 'Ada');
    const crash = changeLine(db, host, list.id, async (tx) => {
      await testLine.setStatus(tx, list.id, id, 'called');
      throw new Error('the process dies here');
    });
    await expect(crash).rejects.toThrow('dies');
    expect(await readWaitee(db, list.id, id)).toMatchObject({ status: 'waiting', calledAt: null });
    expect(await db('notifications').where({ waitee_id: id })).toEqual([]);
    await setStatus(list.id, id, 'called');
    expect(await db('notifications').where({ waitee_id: id })).toMatchObject([
      { kind: 'called', status: 'due', waitlist_id: list.id },
    ]);
  });

  it('takes an order that names each who waits once, in whichever case, and refuses any other', async () => {
    const db = database.knex;
    const list = await addList(db, host);
    const other = await addList(db, host);
    const stranger = await addGuest(db, host, other.id, 'stranger');
    const guests = await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map((name) => addGuest(db, host, list.id, name)),
    );
    const gone = guests.pop()?.id ?? '';
    await setStatus(list.id, gone, 'called');
    const ids = guests.map((waitee) => waitee.id);

    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(ids, { minLength: ids.length }), async (order) => {
        await reorder(
          list.id,
          order.map((id) => id.toUpperCase()),
        );
        expect(await lineOf(list.id)).toEqual(order);
      }),
      { seed: 20265, numRuns: 20 },
    );

    const before = await lineOf(list.id);
    const [one = '', ...others] = before;
    for (const wrong of [
      others,
      [...before, gone],
      [...before, one],
      [one, one, ...others.slice(1)],
      [stranger.id, ...others],
      [],
    ]) {
      await expect(reorder(list.id, wrong)).rejects.toMatchObject({ code: 'order_conflict' });
      expect(await lineOf(list.id)).toEqual(before);
    }
  });

  it('finds a guest whom a host added by their token', async () => {
    const list = await addList(database.knex, host);
    const { id } = await addGuest(database.knex, host, list.id, 'Ada');
    const hash = testTokens.hashOf(testTokens.tokenOf(id));
    expect(await database.knex('waitees').where({ token_hash: hash }).pluck('id')).toEqual([id]);
  });
});
