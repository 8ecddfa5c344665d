import { describe, expect, it } from '@jest/globals';
import { oncePerEnvironment } from './once-per-environment.ts';

describe('once per environment', () => {
  it('makes at once, and once, for as many as ask', async () => {
    let made = 0;
    const get = oncePerEnvironment(async () => {
      made += 1;
      return made;
    });
    expect(made).toBe(1);
    expect(await Promise.all([get(), get()])).toEqual([1, 1]);
    expect(await get()).toBe(1);
  });

  it('makes again after a failure, which whoever asked first hears of', async () => {
    const outcomes = [new Error('no network yet'), new Error('still none'), 'made'];
    const get = oncePerEnvironment(async () => {
      const outcome = outcomes.shift();
      if (outcome instanceof Error) throw outcome;
      return outcome;
    });
    await expect(get()).rejects.toThrow('no network yet');
    await expect(get()).rejects.toThrow('still none');
    expect(await get()).toBe('made');
    expect(await get()).toBe('made');
  });
});
