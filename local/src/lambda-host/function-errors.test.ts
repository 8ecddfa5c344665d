import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestHost, type TestHost } from './testing/start-host.ts';

let host: TestHost;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lambda-host-'));
  await writeFile(join(folder, 'broken.mjs'), 'export const handler = (');
  await writeFile(join(folder, 'lonely.mjs'), "import 'no-such-package';");
  await writeFile(join(folder, 'lonely-cjs.cjs'), "require('no-such-package');");
  host = await startTestHost({
    functions: {
      throws: {},
      throwsAtOnce: {},
      rejectsText: {},
      returnsAtOnce: {},
      returnsNothing: {},
      circular: {},
      exits: {},
      throwsLater: {},
      rejectsUnheard: {},
      neverSettles: {},
      slow: { timeoutMs: 300 },
      runsForever: { timeoutMs: 300 },
      allocates: { memoryMb: 160 },
      large: { memoryMb: 512 },
      answersAndGoesOn: {},
      withCallback: {},
      asyncWithCallback: {},
      notAFunction: {},
      missing: {},
      cjs: { bundle: 'common.cjs' },
      nested: { bundle: 'common.cjs', export: 'nested.deep.handler' },
      initThrows: { bundle: 'init-throws.mjs' },
      initExits: { bundle: 'init-exits.mjs' },
      initAtSecond: {
        bundle: 'init-at-second.mjs',
        environment: { MARKER: join(folder, 'marker') },
      },
      broken: { bundle: join(folder, 'broken.mjs') },
      lonely: { bundle: join(folder, 'lonely.mjs') },
      lonelyCjs: { bundle: join(folder, 'lonely-cjs.cjs') },
    },
  });
});
afterAll(() => host.stop());

const statusOf = (name: string) => host.functions().find((each) => each.name === name);

describe('a handler', () => {
  it('that throws ends in an error with type, message and trace, and its environment lives on', async () => {
    const { value, errorType } = await host.call('throws');
    expect(errorType).toBe('TypeError');
    expect(value).toEqual({
      errorType: 'TypeError',
      errorMessage: 'no such guest',
      trace: expect.arrayContaining(['TypeError: no such guest', expect.stringContaining('functions.mjs')]),
    });
    await host.call('throws');
    expect(statusOf('throws')).toMatchObject({ coldStarts: 1, warmStarts: 1, errors: 2 });
  });

  it.each([
    ['throwsAtOnce', { errorType: 'RangeError', errorMessage: 'at once' }],
    ['rejectsText', { errorType: 'string', errorMessage: 'just text', trace: [] }],
    [
      'circular',
      { errorType: 'Runtime.JSONStringifyError', errorMessage: 'Unable to stringify response body' },
    ],
    ['throwsLater', { errorType: 'Runtime.ExitError', errorMessage: /exit status 1$/ }],
    ['rejectsUnheard', { errorType: 'Runtime.ExitError', errorMessage: /exit status 1$/ }],
    ['neverSettles', { errorType: 'Runtime.ExitError', errorMessage: /exited without providing a reason$/ }],
  ])('%s fails as it would in the cloud', async (name, { errorMessage, ...expected }) => {
    const { value, errorType } = await host.call(name);
    expect(value).toMatchObject({ ...expected, errorMessage: expect.stringMatching(errorMessage) });
    expect(errorType).toBe(expected.errorType);
  });

  it('that returns a value without a promise, or nothing, is answered for with it, or with null', async () => {
    expect((await host.call('returnsAtOnce')).value).toEqual({ plain: 'value' });
    expect((await host.call('returnsNothing')).value).toBeNull();
  });

  it.each([
    [0, 'Runtime exited without providing a reason'],
    [3, 'Runtime exited with error: exit status 3'],
  ])('that exits with %i is told of, and its environment replaced', async (code, how) => {
    const { value, requestId } = await host.call('exits', { code });
    expect(value).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${requestId} Error: ${how}`,
    });
  });

  it.each(['slow', 'runsForever'])('that takes too long (%s) is killed', async (name) => {
    const { value, errorType, requestId, log } = await host.call(name, { ms: 60_000 });
    expect(errorType).toBe('Sandbox.Timedout');
    expect(value).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${requestId} Error: Task timed out after 0.30 seconds`,
    });
    expect(log.at(-1)).toMatch(/Duration: 300\.00 ms\t.*\tStatus: timeout$/);
    expect(statusOf(name)).toMatchObject({ timeouts: 1, errors: 1, environments: [] });
  });

  it('that takes more memory than it has is killed', async () => {
    const { value, requestId } = await host.call('allocates', { mb: 400 });
    expect(value).toEqual({
      errorType: 'Runtime.OutOfMemory',
      errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: signal: killed`,
    });
    expect(statusOf('allocates')).toMatchObject({ environments: [], maxMemoryMb: 160 });
  });

  it('may answer with 6,291,556 bytes, and not with one more', async () => {
    const quotes = 2;
    const { value } = await host.call('large', { bytes: 6_291_556 - quotes });
    expect((value as string).length).toBe(6_291_554);
    expect((await host.call('large', { bytes: 6_291_557 - quotes })).value).toEqual({
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage:
        'Response payload size (6291557 bytes) exceeded maximum allowed payload size (6291556 bytes).',
    });
    expect(statusOf('large')).toMatchObject({ coldStarts: 1 });
  });

  it('that answered keeps its answer, though it ends right after it', async () => {
    expect((await host.call('answersAndGoesOn')).value).toBe('answered');
    // It ends before it is frozen, or else when the next invocation thaws it: that one is lost then, as in AWS, and the
    // one after it is answered by a new environment.
    const next = await host.call('answersAndGoesOn');
    if (next.value !== 'answered') {
      expect(next.value).toMatchObject({ errorType: 'Runtime.ExitError' });
      expect((await host.call('answersAndGoesOn')).value).toBe('answered');
    }
  });

  it.each(['withCallback', 'asyncWithCallback'])(
    'that takes a callback is refused, as by nodejs24.x (%s)',
    async (name) => {
      const { value } = await host.call(name);
      expect(value).toMatchObject({
        errorType: 'Runtime.CallbackHandlerDeprecated',
        errorMessage: expect.stringContaining('removed support for callback-based function handlers'),
      });
    },
  );

  it('is found in CommonJS, and by a nested name', async () => {
    expect((await host.call('cjs')).value).toEqual({ file: true });
    expect((await host.call('nested')).value).toBe('nested');
  });
});

describe('an init phase', () => {
  it.each([
    ['initThrows', { errorType: 'Error', errorMessage: 'no database' }],
    [
      'notAFunction',
      { errorType: 'Runtime.HandlerNotFound', errorMessage: 'functions.notAFunction is not a function' },
    ],
    [
      'missing',
      {
        errorType: 'Runtime.HandlerNotFound',
        errorMessage: 'functions.missing is undefined or not exported',
      },
    ],
    ['broken', { errorType: 'Runtime.UserCodeSyntaxError' }],
    ['lonely', { errorType: 'Error', errorMessage: expect.stringContaining('no-such-package') }],
    ['lonelyCjs', { errorType: 'Runtime.ImportModuleError' }],
    ['initExits', { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('exit status 7') }],
  ])('that fails (%s) fails the invocation, and each one anew', async (name, expected) => {
    expect((await host.call(name)).value).toMatchObject(expected);
    expect(statusOf(name)).toMatchObject({ environments: [], errors: 1 });
  });

  it('that failed is begun once more within the invocation', async () => {
    const { value, log } = await host.call('initAtSecond');
    expect(value).toBe('ready');
    expect(log.at(-1)).not.toContain('Init Duration');
    expect(statusOf('initAtSecond')).toMatchObject({ errors: 0, invocations: 1 });
  });

  it('that takes too long is broken off, and then takes the time of the invocation', async () => {
    await using patient = await startTestHost({
      initTimeoutMs: 200,
      functions: { initHangs: { bundle: 'init-hangs.mjs', timeoutMs: 300 } },
    });
    const { value, log } = await patient.call('initHangs');
    expect(value).toMatchObject({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringContaining('after 0.30 seconds'),
    });
    expect(log.at(-1)).toMatch(/Duration: 300\.00 ms\t.*\tStatus: timeout$/);
    expect(patient.functions()[0]).toMatchObject({ environments: [], timeouts: 1 });
  });
});
