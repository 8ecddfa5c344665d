import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { startTestHost } from './testing/start-host.ts';

// AWS's own runtime client needs a compiler to install, so that it is not among our dependencies. Where somebody has
// built it, AWS_LAMBDA_RIC names its folder (`…/node_modules/aws-lambda-ric`).
const folder = process.env.AWS_LAMBDA_RIC;
const program = folder === undefined ? undefined : join(folder, 'bin', 'index.mjs');
const found = program !== undefined && existsSync(program);
const title = "AWS's own runtime client (aws-lambda-ric)";

if (!found) {
  describe(title, () => {
    it.skip(`was not tried: ${folder === undefined ? 'AWS_LAMBDA_RIC is not set' : `nothing is at ${program}`}`, () =>
      undefined);
  });
} else {
  describe(title, () => {
    it('works against this Runtime API', async () => {
      await using host = await startTestHost({
        runtime: program,
        functions: {
          count: {},
          throws: {},
          echo: { memoryMb: 256 },
          exits: {},
          slow: { timeoutMs: 400 },
          timer: {},
        },
      });
      expect((await host.call('echo', { text: 'é', list: [1, 2] })).value).toEqual({
        text: 'é',
        list: [1, 2],
      });
      expect((await host.call('count')).value).toMatchObject({ calls: 1 });
      expect((await host.call('count')).value).toMatchObject({ calls: 2 });
      expect(await host.call('throws')).toMatchObject({
        errorType: 'TypeError',
        value: { errorType: 'TypeError', errorMessage: 'no such guest' },
      });
      expect((await host.call('exits', { code: 3 })).errorType).toBe('Runtime.ExitError');
      expect((await host.call('slow', { ms: 60_000 })).errorType).toBe('Sandbox.Timedout');
    });
  });
}
