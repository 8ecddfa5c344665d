// The runtime of one execution environment: what `nodejs24.x` is in the cloud. Plain JavaScript, because stripping types
// would be paid for at every cold start, in time and in memory that counts against the function.
import { Socket } from 'node:net';
import { createApiClient } from './api-client.mjs';
import { patchConsole } from './console.mjs';
import { createContext } from './context.mjs';
import { describeError, formatError, NodeJsExit, UnhandledPromiseRejection } from './errors.mjs';
import { loadHandler } from './load-handler.mjs';

const log = patchConsole();
const api = createApiClient(process.env.AWS_LAMBDA_RUNTIME_API);
endWithHost();

/** The invocation under way, if any. */
let current;

process.on('uncaughtException', (error) => fail('Uncaught Exception', error, 129));
process.on('unhandledRejection', (reason) =>
  fail('Unhandled Promise Rejection', new UnhandledPromiseRejection(reason), 128),
);
// Nothing is left that could settle the handler's promise.
process.on('beforeExit', () => {
  if (current) current.onEmpty();
});

try {
  await run(await loadHandler(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER));
} catch (error) {
  await fail('Init Error', error, 1);
}

async function run(handler) {
  for (;;) {
    const { headers, body } = await api.next();
    const context = createContext(headers);
    log.requestId = context.awsRequestId;
    process.env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'] ?? '';
    await invoke(handler, body, context);
    current = undefined;
  }
}

async function invoke(handler, body, context) {
  const empty = Promise.withResolvers();
  current = { requestId: context.awsRequestId, onEmpty: () => empty.reject(new NodeJsExit()) };
  try {
    // What throws synchronously must end as a rejection does.
    const work = (async () => handler(JSON.parse(body), context))();
    await api.respond(context.awsRequestId, serialise(await Promise.race([work, empty.promise])));
  } catch (error) {
    log.write('ERROR', 'Invoke Error', formatError(error));
    await api.fail(context.awsRequestId, describeError(error));
  }
}

/** As `JSON.stringify`, but that a function which returns nothing answers with null. */
function serialise(value) {
  try {
    return JSON.stringify(value === undefined ? null : value) ?? 'null';
  } catch {
    throw new Error('Unable to stringify response body');
  }
}

/** Tells Lambda what went wrong outside of the handler's promise, and ends: the environment's state can't be trusted. */
async function fail(what, error, code) {
  log.write('ERROR', what, formatError(error));
  try {
    if (current) await api.fail(current.requestId, describeError(error));
    else await api.failInit(describeError(error));
  } finally {
    process.exit(code);
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
