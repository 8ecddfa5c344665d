import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { createLanes } from './lanes.ts';

function works() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    begun,
    work: (name: string) => () => {
      begun.push(name);
      return new Promise<string>((resolve) => {
        ends.set(name, () => resolve(name));
      });
    },
    end: (name: string) => ends.get(name)?.(),
  };
}

describe('lanes', () => {
  it('run as many at once as there are, the others in their order', async () => {
    const lanes = createLanes({ lanes: 2, waiting: 10, retryAfterSeconds: 5 });
    const { begun, work, end } = works();
    const done = ['a', 'b', 'c', 'd'].map((name) => lanes.run(1, work(name)));
    await turn();
    expect(begun).toEqual(['a', 'b']);
    end('b');
    await done[1];
    await turn();
    expect(begun).toEqual(['a', 'b', 'c']);
    for (const name of ['a', 'c']) end(name);
    await Promise.all([done[0], done[2]]);
    end('d');
    expect(await Promise.all(done)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('run a work alone that takes them all, and let nothing overtake it', async () => {
    const lanes = createLanes({ lanes: 2, waiting: 10, retryAfterSeconds: 5 });
    const { begun, work, end } = works();
    const small = lanes.run(1, work('small'));
    const large = lanes.run(Number.POSITIVE_INFINITY, work('large'));
    const late = lanes.run(1, work('late'));
    await turn();
    expect(begun).toEqual(['small']);
    end('small');
    await small;
    await turn();
    expect(begun).toEqual(['small', 'large']);
    end('large');
    await large;
    await turn();
    expect(begun).toEqual(['small', 'large', 'late']);
    end('late');
    await late;
  });

  it('turn away what would wait behind too many, and say when to come again', async () => {
    const lanes = createLanes({ lanes: 1, waiting: 1, retryAfterSeconds: 7 });
    const { work, end } = works();
    const running = lanes.run(1, work('running'));
    const waiting = lanes.run(1, work('waiting'));
    await turn();
    await expect(lanes.run(1, work('refused'))).rejects.toMatchObject({
      code: 'unavailable',
      headers: { 'retry-after': '7' },
    });
    end('running');
    await running;
    await turn();
    end('waiting');
    expect(await waiting).toBe('waiting');
  });

  it('are free again after a work that failed', async () => {
    const lanes = createLanes({ lanes: 1, waiting: 1, retryAfterSeconds: 5 });
    await expect(lanes.run(1, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await lanes.run(1, async () => 'next')).toBe('next');
  });
});
