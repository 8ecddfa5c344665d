import { describe, expect, it } from '@jest/globals';
import { parseConfig } from './config.ts';
import { proxyNames } from './proxies/measured-proxy.ts';
import { scenarioNames } from './scenarios.ts';

function faults(...args: string[]): readonly string[] {
  const parsed = parseConfig(args, {});
  return parsed.ok ? [] : parsed.faults;
}

describe('bench options', () => {
  it('measure everything by default', () => {
    expect(parseConfig([], { PATH: '/bin' })).toEqual({
      ok: true,
      config: {
        help: false,
        quick: false,
        proxies: proxyNames,
        scenarios: scenarioNames,
        functions: true,
        commandPath: '/bin',
      },
    });
  });

  it('take proxies and scenarios from one list, and leave whole what it does not mention', () => {
    expect(parseConfig(['--only', 'gateway,json,nginx'])).toMatchObject({
      config: { proxies: ['gateway', 'nginx'], scenarios: ['json'] },
    });
    expect(parseConfig(['--only', 'post'])).toMatchObject({
      config: { proxies: proxyNames, scenarios: ['post'], functions: false },
    });
    expect(parseConfig(['--only', 'functions'])).toMatchObject({
      config: { proxies: [], scenarios: [], functions: true },
    });
  });

  it('report every fault at once', () => {
    expect(faults('--only', 'gatway,post', '--load', 'ab', '--rounds', '0', '--seconds', 'x')).toEqual([
      expect.stringContaining('--load: "ab"'),
      expect.stringContaining('--rounds: "0"'),
      expect.stringContaining('--seconds: "x"'),
      expect.stringContaining('"gatway"'),
    ]);
  });

  it.each([[['--rounds', '1.5']], [['--seconds', '61']], [['--only', ',']], [['--fast']], [['extra']]])(
    'refuse %j',
    (args) => {
      expect(faults(...args)).toHaveLength(1);
    },
  );
});
