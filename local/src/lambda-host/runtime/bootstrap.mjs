// The runtime of one execution environment: what `nodejs24.x` is in the cloud. Plain JavaScript, because stripping types
// would be paid for at every cold start, in time and in memory that counts against the function.
import { Socket } from 'node:net';
import { createApiClient } from './api-client.mjs';
import { patchConsole } from './console.mjs';
import { createContext } from './context.mjs';
import { describeError, formatError, JSONStringifyError } from './errors.mjs';
import { loadHandler } from './load-handler.mjs';

const log = patchConsole();
const api = createApiClient(process.env.AWS_LAMBDA_RUNTIME_API);
endWithHost();
// Not awaited, and nothing is caught that a function throws outside of its promise: like Lambda's own, the process then
// ends as Node ends it, also when nothing is left that could settle the promise.
start();

async function start() {
  const handler = await init();
  for (;;) {
    const { headers, body } = await api.next();
    const context = createContext(headers);
    log.requestId = context.awsRequestId;
    process.env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'] ?? '';
    await invoke(handler, JSON.parse(body), context);
  }
}

async function init() {
  try {
    return await loadHandler(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
  } catch (error) {
    log.write('ERROR', 'Init Error', formatError(error));
    await api.failInit(describeError(error));
    process.exit(1);
  }
}

async function invoke(handler, event, context) {
  let answer;
  try {
    answer = serialise(await handler(event, context));
  } catch (error) {
    log.write('ERROR', 'Invoke Error', formatError(error));
    await api.fail(context.awsRequestId, describeError(error));
    return;
  }
  await api.respond(context.awsRequestId, answer);
}

/** As `JSON.stringify`, but that a function which returns nothing answers with null. */
function serialise(value) {
  try {
    return JSON.stringify(value === undefined ? null : value) ?? 'null';
  } catch {
    throw new JSONStringifyError('Unable to stringify response body');
  }
}

/** Descriptor 3 closes with the host, however it ended. */
function endWithHost() {
  let pipe;
  try {
    pipe = new Socket({ fd: 3 });
  } catch {
    return;
  }
  pipe.on('error', () => {});
  pipe.on('close', () => process.kill(process.pid, 'SIGKILL'));
  pipe.resume();
  pipe.unref();
}
