import { describe, expect, it } from '@jest/globals';
import { readTransparencyConfig } from './config.ts';

describe('transparency settings', () => {
  it('are at least 500 requests and a fixed seed, unless told otherwise', () => {
    expect(readTransparencyConfig({})).toMatchObject({ seed: 1, requests: 500 });
    expect(readTransparencyConfig({ TRANSPARENCY_SEED: '7', TRANSPARENCY_REQUESTS: '20000' })).toMatchObject({
      seed: 7,
      requests: 20_000,
    });
  });

  it('name every variable that is wrong', () => {
    const read = () => readTransparencyConfig({ TRANSPARENCY_SEED: '-1', TRANSPARENCY_REQUESTS: 'many' });
    expect(read).toThrow(/TRANSPARENCY_SEED.*\n.*TRANSPARENCY_REQUESTS/);
  });
});
