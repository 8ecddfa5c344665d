import { readFileSync } from 'node:fs';
import { until } from '@banyan/serving/testing';
import { describe, expect, it } from '@jest/globals';
import { isAlive } from '../processes/process-table.ts';
import { startTestHost } from './testing/start-host.ts';

const ok = <T>(value: unknown) => value as T;

describe('execution environments', () => {
  it('start cold once, and keep their modules for the invocations that follow', async () => {
    await using host = await startTestHost({ functions: { count: {} } });
    const answers = [];
    for (let call = 0; call < 4; call += 1) answers.push((await host.call('count')).value);
    const pids = new Set(ok<{ pid: number }[]>(answers).map(({ pid }) => pid));
    expect(ok<{ calls: number }[]>(answers).map(({ calls }) => calls)).toEqual([1, 2, 3, 4]);
    expect(pids.size).toBe(1);
    expect(host.functions()[0]).toMatchObject({ coldStarts: 1, warmStarts: 3, invocations: 4, errors: 0 });
  });

  it('take one invocation at a time: as many start as there are callers at once', async () => {
    await using host = await startTestHost({ functions: { slow: {} } });
    const answers = await Promise.all([1, 2, 3].map(() => host.call('slow', { ms: 300 })));
    const values = answers.map(({ value }) => ok<{ pid: number; mostAtOnce: number }>(value));
    expect(new Set(values.map(({ pid }) => pid)).size).toBe(3);
    expect(values.every(({ mostAtOnce }) => mostAtOnce === 1)).toBe(true);
    expect(host.functions()[0]).toMatchObject({ coldStarts: 3, warmStarts: 0 });
  });

  it('are used again last come, first served', async () => {
    await using host = await startTestHost({ functions: { slow: {} } });
    const long = host.call('slow', { ms: 400 });
    const short = await host.call('slow', { ms: 0 });
    const last = ok<{ pid: number }>((await long).value).pid;
    const again = await host.call('slow', { ms: 0 });
    expect(ok<{ pid: number }>(short.value).pid).not.toBe(last);
    expect(ok<{ pid: number }>(again.value).pid).toBe(last);
  });

  it('are frozen between invocations: a timer does not fire until the next one', async () => {
    await using host = await startTestHost({ functions: { timer: {}, slow: {} } });
    const first = ok<{ after: number; pid: number }>((await host.call('timer')).value);
    await until(() => processState(first.pid) === 'T');
    // Something else runs meanwhile, for many times the timer's period.
    await host.call('slow', { ms: 200 });
    const second = ok<{ before: number; after: number }>((await host.call('timer')).value);
    expect(second.before - first.after).toBeLessThanOrEqual(2);
    expect(second.after).toBeGreaterThan(second.before);
  });

  it('are throttled past their limit, and free a place with each answer', async () => {
    await using host = await startTestHost({ functions: { slow: { maxConcurrency: 2 } } });
    const busy = [host.call('slow', { ms: 200 }), host.call('slow', { ms: 200 })];
    await expect(host.call('slow')).rejects.toThrow('throttled');
    await Promise.all(busy);
    for (let call = 0; call < 5; call += 1) await host.call('slow', { ms: 0 });
    expect(host.functions()[0]).toMatchObject({ throttles: 1, coldStarts: 2, invocations: 7 });
  });

  it('are never started for a function that may have none', async () => {
    await using host = await startTestHost({ functions: { slow: { maxConcurrency: 0 } } });
    await expect(host.call('slow')).rejects.toThrow('throttled');
  });

  it('are reclaimed when nobody has called for long enough', async () => {
    await using host = await startTestHost({ functions: { count: {} }, idleMs: 50 });
    const { pid } = ok<{ pid: number }>((await host.call('count')).value);
    await until(() => !isAlive(pid));
    expect(host.functions()[0]?.environments).toEqual([]);
    expect(ok<{ calls: number }>((await host.call('count')).value).calls).toBe(1);
  });

  it('are replaced when one was killed in its sleep', async () => {
    await using host = await startTestHost({ functions: { count: {} } });
    const { pid } = ok<{ pid: number }>((await host.call('count')).value);
    process.kill(pid, 'SIGKILL');
    await until(() => host.functions()[0]?.environments.length === 0);
    const next = await host.call('count');
    expect(next.errorType).toBeUndefined();
    expect(ok<{ calls: number }>(next.value).calls).toBe(1);
  });

  it('take with them what they started, when they end', async () => {
    await using host = await startTestHost({ functions: { starts: {} } });
    const { pid, child } = ok<{ pid: number; child: number }>((await host.call('starts')).value);
    await until(() => processState(pid) === 'T' && processState(child) === 'T');
    await host.stop();
    await until(() => !isAlive(pid) && !isAlive(child));
  });

  it('finish what is in flight when the host stops, and leave no process', async () => {
    await using host = await startTestHost({ functions: { slow: {} } });
    await host.call('slow', { ms: 0 });
    const inFlight = host.call('slow', { ms: 300 });
    await until(() => host.functions()[0]?.environments.some(({ state }) => state === 'busy') ?? false);
    const pids = host.functions()[0]?.environments.map(({ pid }) => pid) ?? [];
    const stopped = host.stop();
    await expect(host.call('slow')).rejects.toThrow('stopping');
    expect((await inFlight).errorType).toBeUndefined();
    await stopped;
    expect(pids.length).toBe(1);
    expect(pids.some(isAlive)).toBe(false);
  });

  it('see the variables that Lambda sets and those of their function, and none of the host', async () => {
    process.env.HOST_SECRET = 'not for functions';
    await using host = await startTestHost({
      functions: { context: { memoryMb: 256, environment: { COLOUR: 'green' } } },
    });
    delete process.env.HOST_SECRET;
    const { value, requestId } = await host.call('context');
    const seen = ok<{ environment: Record<string, string>; [key: string]: unknown }>(value);
    expect(Object.keys(seen.environment).sort()).toEqual([
      'AWS_ACCESS_KEY_ID',
      'AWS_DEFAULT_REGION',
      'AWS_EXECUTION_ENV',
      'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
      'AWS_LAMBDA_FUNCTION_NAME',
      'AWS_LAMBDA_FUNCTION_VERSION',
      'AWS_LAMBDA_INITIALIZATION_TYPE',
      'AWS_LAMBDA_LOG_GROUP_NAME',
      'AWS_LAMBDA_LOG_STREAM_NAME',
      'AWS_LAMBDA_RUNTIME_API',
      'AWS_REGION',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_SESSION_TOKEN',
      'COLOUR',
      'LAMBDA_RUNTIME_DIR',
      'LAMBDA_TASK_ROOT',
      'LANG',
      'PATH',
      'TZ',
      '_HANDLER',
      '_X_AMZN_TRACE_ID',
    ]);
    expect(seen.environment).toMatchObject({
      AWS_LAMBDA_FUNCTION_NAME: 'context',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      COLOUR: 'green',
      LAMBDA_TASK_ROOT: seen.cwd,
      _HANDLER: 'functions.context',
      _X_AMZN_TRACE_ID: expect.stringMatching(
        /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/,
      ),
    });
    expect(seen).toMatchObject({
      functionName: 'context',
      functionVersion: '$LATEST',
      memoryLimitInMB: '256',
      awsRequestId: requestId,
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:context',
      logGroupName: '/aws/lambda/context',
      arguments: expect.arrayContaining(['--max-old-space-size=231', '--max-semi-space-size=12']),
    });
  });

  it('know how long they have left', async () => {
    await using host = await startTestHost({ functions: { context: { timeoutMs: 60_000 } } });
    const { remaining } = ok<{ remaining: number }>((await host.call('context')).value);
    expect(remaining).toBeGreaterThan(0);
    expect(remaining).toBeLessThanOrEqual(60_000);
  });
});

/** T: stopped. */
function processState(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  } catch {
    return undefined;
  }
}
