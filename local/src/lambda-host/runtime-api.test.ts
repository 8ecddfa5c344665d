import { until } from '@banyan/serving/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type RuntimeApi, type RuntimeReply, startRuntimeApi } from './runtime-api.ts';
import { rawHttp } from './testing/raw-http.ts';

let api: RuntimeApi;
let replies: RuntimeReply[];
let initErrors: string[];
let asked: number;

beforeEach(async () => {
  replies = [];
  initErrors = [];
  asked = 0;
  api = await startRuntimeApi({
    onNext: () => {
      asked += 1;
    },
    onReply: (reply) => replies.push(reply),
    onInitError: (errorType, payload) => initErrors.push(`${errorType} ${payload}`),
  });
});
afterEach(() => api.close());

const call = (method: string, path: string, body?: string, headers: string[] = []) =>
  rawHttp(`http://${api.address}`, {
    method,
    path: `/2018-06-01/runtime/${path}`,
    headers,
    ...(body === undefined ? {} : { body }),
  });

/** Has the runtime ask, and be answered with an invocation. */
async function begin(requestId: string) {
  const before = asked;
  const next = call('GET', 'invocation/next');
  await until(() => asked > before);
  api.deliver({
    requestId,
    payload: Buffer.from('{"a":1}'),
    deadlineMs: 1_542_409_706_888,
    functionArn: 'arn:aws:lambda:us-east-2:123456789012:function:custom',
    traceId: 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1',
  });
  return next;
}
const json = ({ status, body }: { status: number; body: Buffer }) => [status, JSON.parse(body.toString())];

describe('the Runtime API', () => {
  it('hands an invocation on, with the headers that the documentation names', async () => {
    const { status, headers, body } = await begin('id-1');
    expect([status, body.toString()]).toEqual([200, '{"a":1}']);
    expect(headers).toMatchObject({
      'lambda-runtime-aws-request-id': 'id-1',
      'lambda-runtime-deadline-ms': '1542409706888',
      'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:us-east-2:123456789012:function:custom',
      'lambda-runtime-trace-id': expect.stringContaining('Root=1-5bef4de7'),
    });
  });

  it('takes one response for it, and says so', async () => {
    await begin('id-1');
    expect(json(await call('POST', 'invocation/id-1/response', '"fine"'))).toEqual([202, { status: 'OK' }]);
    expect(replies).toEqual([{ kind: 'response', payload: Buffer.from('"fine"') }]);
    expect(json(await call('POST', 'invocation/id-1/response', '"again"'))).toEqual([
      403,
      {
        errorType: 'InvalidStateTransition',
        errorMessage:
          'State transition from RuntimeResponseSentState to InvocationResponse failed for runtime. Error: State transition is not allowed',
      },
    ]);
    expect(replies.length).toBe(1);
  });

  it('takes an error for it, with its type', async () => {
    await begin('id-1');
    const type = ['Lambda-Runtime-Function-Error-Type', 'Function.NoSuchGuest'];
    expect((await call('POST', 'invocation/id-1/error', '{}', type)).status).toBe(202);
    expect(replies).toEqual([
      { kind: 'error', errorType: 'Function.NoSuchGuest', payload: Buffer.from('{}') },
    ]);
  });

  it('takes the type from the body of an error whose header does not say it', async () => {
    await begin('id-1');
    await call('POST', 'invocation/id-1/error', '{"errorType":"TypeError"}');
    await begin('id-2');
    await call('POST', 'invocation/id-2/error', 'not json');
    expect(replies).toMatchObject([{ errorType: 'TypeError' }, { errorType: 'Function.Unknown' }]);
  });

  it('refuses an answer to another invocation, a late one too', async () => {
    const refused = [400, { errorType: 'InvalidRequestID', errorMessage: 'Invalid request ID' }];
    await begin('id-1');
    expect(json(await call('POST', 'invocation/id-2/response', '1'))).toEqual(refused);
    await call('POST', 'invocation/id-1/response', '1');
    await begin('id-2');
    expect(json(await call('POST', 'invocation/id-1/response', '1'))).toEqual(refused);
    expect(replies.length).toBe(1);
  });

  it('refuses to hand on another invocation before the last one was answered', async () => {
    await begin('id-1');
    expect((await call('GET', 'invocation/next')).status).toBe(403);
  });

  it('refuses an answer that is too large, and says how large it may be', async () => {
    await begin('id-1');
    expect(json(await call('POST', 'invocation/id-1/response', 'x'.repeat(6_291_557)))).toEqual([
      413,
      {
        errorType: 'RequestEntityTooLarge',
        errorMessage: 'Exceeded maximum allowed payload size (6291556 bytes).',
      },
    ]);
    expect(replies).toEqual([{ kind: 'too-large', bytes: 6_291_557 }]);
  });

  it('takes an init error before the first invocation, and not after it', async () => {
    const type = ['Lambda-Runtime-Function-Error-Type', 'Runtime.NoSuchHandler'];
    expect((await call('POST', 'init/error', '{}', type)).status).toBe(202);
    expect(initErrors).toEqual(['Runtime.NoSuchHandler {}']);
    expect((await call('POST', 'init/error', '{}', type)).status).toBe(403);
    expect((await call('GET', 'invocation/next')).status).toBe(403);
  });

  it('knows nothing else', async () => {
    expect((await call('GET', 'invocation/id-1/response')).status).toBe(404);
    expect((await call('POST', 'invocation/next', '')).status).toBe(404);
  });

  it('can tell that nobody waits', () => {
    const invocation = {
      requestId: 'x',
      payload: Buffer.alloc(0),
      deadlineMs: 0,
      functionArn: '',
      traceId: '',
    };
    expect(api.deliver(invocation)).toBe(false);
  });
});
