import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestHost, type TestHost } from './testing/start-host.ts';

// AWS's own runtime client, which is what `nodejs24.x` runs, needs a compiler to install, so that it is not among our
// dependencies. Where somebody has built version 4, AWS_LAMBDA_RIC names its folder (`…/node_modules/aws-lambda-ric`):
// then our runtime must do as it does.
const folder = process.env.AWS_LAMBDA_RIC;
const program = folder === undefined ? undefined : join(folder, 'index.mjs');
const title = "AWS's own runtime client (aws-lambda-ric)";

const names = [
  'echo',
  'count',
  'throws',
  'throwsAtOnce',
  'rejectsText',
  'returnsAtOnce',
  'returnsNothing',
  'circular',
  'exits',
  'throwsLater',
  'rejectsUnheard',
  'neverSettles',
  'runsForever',
  'withCallback',
  'asyncWithCallback',
  'notAFunction',
  'missing',
];

const functions = {
  ...Object.fromEntries(names.map((name) => [name, { timeoutMs: name === 'runsForever' ? 300 : 10_000 }])),
  cjs: { bundle: 'common.cjs' },
  nested: { bundle: 'common.cjs', export: 'nested.deep.handler' },
  initThrows: { bundle: 'init-throws.mjs' },
  initExits: { bundle: 'init-exits.mjs' },
};

/** What a caller learns, but for what differs from one call to the next, and where in which runtime it went wrong. */
async function answersOf(host: TestHost, name: string): Promise<string> {
  const answers = [];
  for (const event of [
    { text: 'é', code: 3 },
    { list: [1, 2], code: 0 },
  ]) {
    const { value, errorType, requestId } = await host.call(name, event);
    const text = JSON.stringify({ errorType, value }, (key, field) =>
      key === 'trace' || key === 'pid' ? typeof field : field,
    );
    answers.push(text.replaceAll(requestId, 'ID'));
  }
  return answers.join('\n');
}

if (program === undefined || !existsSync(program)) {
  const why = program === undefined ? 'AWS_LAMBDA_RIC is not set' : `there is no ${program}`;
  describe(title, () => {
    it.skip(`was not tried: ${why}`, () => undefined);
  });
} else {
  describe(title, () => {
    let theirs: TestHost;
    let ours: TestHost;
    beforeAll(async () => {
      theirs = await startTestHost({ runtime: program, functions });
      ours = await startTestHost({ functions });
    });
    afterAll(() => Promise.all([theirs.stop(), ours.stop()]));

    it.each(Object.keys(functions))('and ours give the same answers for %s', async (name) => {
      expect(await answersOf(ours, name)).toBe(await answersOf(theirs, name));
    });
  });
}
