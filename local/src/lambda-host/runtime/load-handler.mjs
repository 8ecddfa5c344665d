import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  CallbackHandlerDeprecated,
  HandlerNotFound,
  ImportModuleError,
  UserCodeSyntaxError,
} from './errors.mjs';

/** Finds `module.export` as Lambda does: module.js, then .mjs, then .cjs, in the task's root. */
export async function loadHandler(taskRoot, name) {
  const dot = name.indexOf('.');
  const exported = await load(join(taskRoot, name.slice(0, dot)));
  const handler = name
    .slice(dot + 1)
    .split('.')
    .reduce((value, key) => value?.[key], exported);
  if (handler === undefined) throw new HandlerNotFound(`${name} is undefined or not exported`);
  if (typeof handler !== 'function') throw new HandlerNotFound(`${name} is not a function`);
  refuseCallbacks(handler);
  return handler;
}

async function load(path) {
  const ending = ['.js', '.mjs', '.cjs'].find((each) => existsSync(path + each));
  if (ending === undefined) throw new ImportModuleError(`Error: Cannot find module '${path}'`);
  try {
    if (ending === '.cjs') return createRequire(import.meta.url)(path + ending);
    const loaded = await import(pathToFileURL(path + ending).href);
    // What CommonJS exports in a way that can't be seen before it runs.
    return ending === '.js' && loaded.default !== undefined ? { ...loaded.default, ...loaded } : loaded;
  } catch (error) {
    if (error instanceof SyntaxError) throw new UserCodeSyntaxError(String(error));
    // What an ES module lacks has another code, and Lambda reports it as it is.
    if (error?.code === 'MODULE_NOT_FOUND') throw new ImportModuleError(String(error));
    throw error;
  }
}

/** Node 24 takes no callback. Like Lambda's, this judges by the number of parameters alone, of an async
 * function too. */
function refuseCallbacks(handler) {
  if (handler.length < 3) return;
  throw new CallbackHandlerDeprecated(
    'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to ' +
      'modify this function to use a supported handler signature to use Node.js 24 or later. For more information see ' +
      'https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.',
  );
}
