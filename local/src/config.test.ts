import { describe, expect, it } from '@jest/globals';
import { readConfig } from './config.ts';

describe('configuration', () => {
  it('needs nothing to be set', () => {
    expect(readConfig({})).toMatchObject({
      ok: true,
      config: {
        ports: { gateway: 8080, ops: 8081, monolith: 4000, postgres: 54_329, mailWeb: 8025, mailSmtp: 2525 },
        dataDir: expect.stringMatching(/\/\.banyan$/),
      },
    });
  });

  it('reports every fault at once, by its name', () => {
    const outcome = readConfig({
      GATEWAY_PORT: 'eighty',
      MONOLITH_PORT: '70000',
      DATABASE_URL: 'mysql://x',
      SMTP_URL: 'nowhere',
    });
    expect(outcome).toEqual({
      ok: false,
      faults: [
        'GATEWAY_PORT must be a port from 1 to 65535',
        'MONOLITH_PORT must be a port from 1 to 65535',
        'DATABASE_URL must be a URL that begins with postgres:// or postgresql://',
        'SMTP_URL must be a URL that begins with smtp:// or smtps://',
      ],
    });
  });

  it('refuses one port for two parts', () => {
    expect(readConfig({ GATEWAY_PORT: '4000' })).toEqual({
      ok: false,
      faults: ['GATEWAY_PORT and MONOLITH_PORT are both 4000'],
    });
  });

  it('takes a variable that is set to nothing as one that is not set', () => {
    expect(readConfig({ DATABASE_URL: '', GATEWAY_PORT: '' })).toMatchObject({ ok: true });
  });
});
