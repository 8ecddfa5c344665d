import { describe, expect, it } from '@jest/globals';
import { createChildren } from './children.ts';

const forever = ['-e', "process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)"];

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('children', () => {
  it('are all ended, also those that ignore a polite request, and none starts afterwards', async () => {
    const children = createChildren({});
    const deaf = children.start({ command: process.execPath, args: forever, keepOutput: true });
    const polite = children.start({ command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'] });
    await children.endAll();
    expect([deaf, polite].map(({ pid }) => isAlive(pid))).toEqual([false, false]);
    expect(() => children.start({ command: process.execPath, args: ['-v'] })).toThrow('ending');
  });

  it('are ended when they take longer than they may', async () => {
    const children = createChildren({});
    const args = ['-e', 'setInterval(() => {}, 1000)'];
    expect(await children.start({ command: process.execPath, args, timeoutMs: 50 }).exited).toBeNull();
  });

  it('say what they said, know only what they are told, and say what kept them from starting', async () => {
    const children = createChildren({});
    const speaker = children.start({
      command: process.execPath,
      args: ['-e', "console.log('out'); console.error('err'); process.exitCode = 3"],
      keepOutput: true,
    });
    expect(await speaker.exited).toBe(3);
    expect([speaker.output(), speaker.errorOutput()]).toEqual(['out\n', 'err\n']);

    const informed = children.start({
      command: process.execPath,
      args: ['-p', 'JSON.stringify([process.env.HOME, process.env.GIVEN])'],
      environment: { GIVEN: 'yes' },
      keepOutput: true,
    });
    await informed.exited;
    expect(informed.output()).toBe('[null,"yes"]\n');

    const missing = children.start({ command: 'no-such-command-here', args: [] });
    await missing.exited;
    expect(missing.hasExited()).toBe(true);
    expect(missing.errorOutput()).toContain('ENOENT');
  });
});
