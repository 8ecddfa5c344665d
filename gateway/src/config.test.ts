import { describe, expect, it } from '@jest/globals';
import { type Overrides, readConfig } from './config.ts';

describe('config', () => {
  function cutovers(overrides: Overrides) {
    const read = readConfig({ BANYAN_DATA_DIR: '', ...overrides });
    if (!read.ok) throw new Error(read.faults.join('\n'));
    return read.config.cutovers;
  }

  function faults(overrides: Overrides): readonly string[] {
    const read = readConfig(overrides);
    return read.ok ? [] : read.faults;
  }

  it('keeps cutovers in this process unless told otherwise, saved in the data folder', () => {
    expect(cutovers({})).toEqual({ snapshotFile: '.banyan/cutovers.json' });
    expect(cutovers({ BANYAN_DATA_DIR: '/data' }).snapshotFile).toBe('/data/cutovers.json');
    expect(cutovers({ CUTOVER_SNAPSHOT_FILE: '/snapshot.json' }).snapshotFile).toBe('/snapshot.json');
  });

  it('takes a database or flags', () => {
    expect(cutovers({ CUTOVER_DATABASE_URL: 'postgres://gateway@db/banyan' }).databaseUrl).toBe(
      'postgres://gateway@db/banyan',
    );
    expect(cutovers({ CUTOVER_FLAGS: 'flagd-file:./flags.json' }).flags).toEqual({
      ...{ kind: 'flagd-file', path: './flags.json' },
    });
    expect(cutovers({ CUTOVER_FLAGS: 'module:C:\\flags.mjs' }).flags).toEqual({
      ...{ kind: 'module', path: 'C:\\flags.mjs' },
    });
  });

  it.each([
    [{ CUTOVER_DATABASE_URL: 'mysql://db/x' }, 'CUTOVER_DATABASE_URL: must be a postgres:// URL'],
    [{ CUTOVER_FLAGS: 'flags.json' }, 'CUTOVER_FLAGS: must be flagd-file:PATH or module:PATH'],
    [{ CUTOVER_FLAGS: 'module:' }, 'CUTOVER_FLAGS: must be flagd-file:PATH or module:PATH'],
    [
      { CUTOVER_DATABASE_URL: 'postgres://db/x', CUTOVER_FLAGS: 'module:./flags.mjs' },
      "CUTOVER_FLAGS: can't be given beside CUTOVER_DATABASE_URL: cutovers are kept in one place",
    ],
  ])('refuses %j', (overrides, fault) => {
    expect(faults(overrides)).toEqual([fault]);
  });
});
