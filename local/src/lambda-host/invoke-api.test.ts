import { until } from '@banyan/serving/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RawRequest, rawHttp } from './testing/raw-http.ts';
import { startTestHost, type TestHost } from './testing/start-host.ts';

let host: TestHost;
beforeAll(async () => {
  host = await startTestHost({
    functions: { echo: { memoryMb: 512 }, throws: {}, logs: {}, slow: { maxConcurrency: 1 }, context: {} },
    eventTimes: { retryDelaysMs: [5, 10], throttleDelayMs: 10, maxThrottleDelayMs: 50, maxAgeMs: 60_000 },
  });
});
afterAll(() => host.stop());

function invoke(functionName: string, more: Partial<RawRequest> = {}) {
  return rawHttp(host.url, {
    method: 'POST',
    path: `/2015-03-31/functions/${functionName}/invocations`,
    ...more,
  });
}
const statusOf = (name: string) => host.functions().find((each) => each.name === name);

describe('the Invoke API', () => {
  it('answers with what the function returned', async () => {
    const { status, headers, body } = await invoke('echo', { body: '{"a":[1,"é"]}' });
    expect([status, body.toString()]).toEqual([200, '{"a":[1,"é"]}']);
    expect(headers['x-amz-executed-version']).toBe('$LATEST');
    expect(headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers).not.toHaveProperty('x-amz-function-error');
    expect(headers).not.toHaveProperty('x-amz-log-result');
  });

  it('takes no payload for an empty object', async () => {
    expect((await invoke('echo')).body.toString()).toBe('{}');
  });

  it.each([
    'arn:aws:lambda:us-east-1:123456789012:function:echo',
    '123456789012:function:echo',
    'echo:$LATEST',
  ])('knows a function by %s', async (name) => {
    expect((await invoke(encodeURIComponent(name))).status).toBe(200);
  });

  it('says that a function failed, and still answers 200', async () => {
    const { status, headers, body } = await invoke('throws');
    expect([status, headers['x-amz-function-error']]).toEqual([200, 'Unhandled']);
    expect(JSON.parse(body.toString())).toMatchObject({ errorType: 'TypeError' });
  });

  it('gives the tail of the log, from START to REPORT, with the request id in each line of the console', async () => {
    const { headers } = await invoke('logs', {
      headers: ['X-Amz-Log-Type', 'Tail'],
      body: JSON.stringify({ lines: ['first', 'of two\nlines'] }),
    });
    const id = headers['x-amzn-requestid'];
    const log = Buffer.from(String(headers['x-amz-log-result']), 'base64')
      .toString('utf8')
      .trimEnd()
      .split('\n');
    expect(log.filter((line) => line !== 'straight to stderr')).toEqual([
      `START RequestId: ${id} Version: $LATEST`,
      expect.stringMatching(new RegExp(`^\\d{4}-.*Z\\t${id}\\tINFO\\tfirst$`)),
      expect.stringMatching(new RegExp(`^\\d{4}-.*Z\\t${id}\\tINFO\\tof two\\rlines$`)),
      `END RequestId: ${id}`,
      expect.stringMatching(
        new RegExp(
          `^REPORT RequestId: ${id}\\tDuration: \\d+\\.\\d\\d ms\\tBilled Duration: \\d+ ms\\t` +
            'Memory Size: 128 MB\\tMax Memory Used: \\d+ MB\\tInit Duration: \\d+\\.\\d\\d ms$',
        ),
      ),
    ]);
    expect(log).toContain('straight to stderr');
    expect(host.lines).toEqual(expect.arrayContaining(log));
  });

  it('gives no more of the log than its last 4 KB', async () => {
    const { headers } = await invoke('logs', {
      headers: ['X-Amz-Log-Type', 'Tail'],
      body: JSON.stringify({ lines: ['x'.repeat(10_000)] }),
    });
    expect(Buffer.from(String(headers['x-amz-log-result']), 'base64').length).toBe(4_096);
  });

  it('hands a client context on to the function', async () => {
    const given = Buffer.from(JSON.stringify({ custom: { a: 1 } })).toString('base64');
    const { body } = await invoke('context', { headers: ['X-Amz-Client-Context', given] });
    expect(JSON.parse(body.toString()).clientContext).toEqual({ custom: { a: 1 } });
  });

  it('only checks on a DryRun', async () => {
    const before = statusOf('echo')?.invocations;
    expect((await invoke('echo', { headers: ['X-Amz-Invocation-Type', 'DryRun'] })).status).toBe(204);
    expect((await invoke('nobody', { headers: ['X-Amz-Invocation-Type', 'DryRun'] })).status).toBe(404);
    expect(statusOf('echo')?.invocations).toBe(before);
  });

  it.each([
    ['a function that is not there', 'nobody', {}, 404, 'ResourceNotFoundException'],
    ['a version that is not there', 'echo:7', {}, 404, 'ResourceNotFoundException'],
    ['a payload that is not JSON', 'echo', { body: '{' }, 400, 'InvalidRequestContentException'],
    [
      'a payload that is not UTF-8',
      'echo',
      { body: Buffer.from([34, 255, 34]) },
      400,
      'InvalidRequestContentException',
    ],
    [
      'an unknown type',
      'echo',
      { headers: ['X-Amz-Invocation-Type', 'Later'] },
      400,
      'InvalidParameterValueException',
    ],
    ['a payload past 6 MB', 'echo', { body: `"${'x'.repeat(6_291_455)}"` }, 413, 'RequestTooLargeException'],
    [
      'an event past 1 MB',
      'echo',
      { body: `"${'x'.repeat(1_048_575)}"`, headers: ['X-Amz-Invocation-Type', 'Event'] },
      413,
      'RequestTooLargeException',
    ],
    ['another action', 'echo', { method: 'GET' }, 404, 'UnknownOperationException'],
  ])('refuses %s', async (_, name, more, status, errorType) => {
    const answer = await invoke(encodeURIComponent(name), more);
    expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([status, errorType]);
    expect(JSON.parse(answer.body.toString())).toMatchObject({ Type: 'User', message: expect.any(String) });
  });

  it('takes a payload of 6,291,456 bytes', async () => {
    // The answer is as long as the request, which is less than an answer may be.
    const { status, body } = await invoke('echo', { body: `"${'x'.repeat(6_291_454)}"` });
    expect([status, body.length]).toEqual([200, 6_291_456]);
  });

  it('throttles past the concurrency that is reserved', async () => {
    const answers = await Promise.all([invoke('slow'), invoke('slow')]);
    const [refused] = answers.filter(({ status }) => status === 429);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 429]);
    expect(refused?.headers['x-amzn-errortype']).toBe('TooManyRequestsException');
    expect(JSON.parse(String(refused?.body))).toMatchObject({
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    });
  });
});

describe('an Event invocation', () => {
  const asEvent = { headers: ['X-Amz-Invocation-Type', 'Event'] };

  it('is answered at once, and tried three times before it is given up', async () => {
    const before = statusOf('throws')?.errors ?? 0;
    const { status, body } = await invoke('throws', asEvent);
    expect([status, body.length]).toEqual([202, 0]);
    await until(() => statusOf('throws')?.events.dropped === 1);
    expect((statusOf('throws')?.errors ?? 0) - before).toBe(3);
    expect(statusOf('throws')?.events.queued).toBe(0);
  });

  it('waits while its function is throttled, for which no attempt counts', async () => {
    const before = statusOf('slow')?.invocations ?? 0;
    await Promise.all([1, 2, 3, 4].map(() => invoke('slow', asEvent)));
    await until(() => statusOf('slow')?.events.queued === 0);
    expect((statusOf('slow')?.invocations ?? 0) - before).toBe(4);
    expect(statusOf('slow')?.events.dropped).toBe(0);
  });
});
