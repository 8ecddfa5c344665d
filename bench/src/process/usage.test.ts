import { describe, expect, it } from '@jest/globals';
import { parseProc, parsePsLine, readUsage, sumTree } from './usage.ts';

describe('usage', () => {
  it('is read from /proc even when the name of the command is hostile', () => {
    const stat = '71 (ng) x (1) S 70 71 71 0 -1 4194560 9 8 7 6 120 30 900 800 20 0 1 0 5 6 7';
    expect(parseProc(stat, 'Name:\tng\nVmPeak:\t  9 kB\nVmRSS:\t  2048 kB\n')).toEqual({
      pid: 71,
      parentPid: 70,
      cpuMs: 1_500,
      rssBytes: 2 * 2 ** 20,
    });
  });

  it.each([
    ['  12     1   0:00.07   1024', 70],
    ['12 1 01:02:03 1024', 3_723_000],
    ['12 1 2-00:00:01 1024', 172_801_000],
  ])('is read from ps: %j', (line, cpuMs) => {
    expect(parsePsLine(line)).toEqual({ pid: 12, parentPid: 1, cpuMs, rssBytes: 2 ** 20 });
  });

  it('sums a process and its descendants, in whatever order they are listed, and nobody else', () => {
    const row = (pid: number, parentPid: number) => ({ pid, parentPid, cpuMs: pid, rssBytes: 1 });
    const rows = [row(400, 300), row(300, 200), row(200, 1), row(5, 1), row(1, 0)];
    expect(sumTree(rows, 200)).toEqual({ cpuMs: 900, rssBytes: 3 });
  });

  it('of this very process is more than nothing', async () => {
    const { cpuMs, rssBytes } = await readUsage(process.pid);
    expect(cpuMs).toBeGreaterThan(0);
    expect(rssBytes).toBeGreaterThan(10 * 2 ** 20);
  });
});
