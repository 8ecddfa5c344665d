import { types } from 'node:util';

/** The names by which Lambda's own runtime reports what went wrong, so that alarms and tests on them hold here too. */
function runtimeError(name) {
  const RuntimeError = class extends Error {};
  RuntimeError.prototype.name = `Runtime.${name}`;
  return RuntimeError;
}

export const CallbackHandlerDeprecated = runtimeError('CallbackHandlerDeprecated');
export const HandlerNotFound = runtimeError('HandlerNotFound');
export const ImportModuleError = runtimeError('ImportModuleError');
export const JSONStringifyError = runtimeError('JSONStringifyError');
export const UserCodeSyntaxError = runtimeError('UserCodeSyntaxError');

/** An error as the caller gets it. Anything may have been thrown. */
export function describeError(error) {
  try {
    if (types.isNativeError(error) || error instanceof Error) {
      return {
        errorType: error.name,
        errorMessage: error.message,
        trace: String(error.stack).split('\n'),
      };
    }
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  } catch {
    return { errorType: 'handled', errorMessage: 'An error was thrown that can not be described', trace: [] };
  }
}

/** An error as the log has it: with the properties that its thrower gave it. */
export function formatError(error) {
  const { trace, ...described } = describeError(error);
  try {
    return `\t${JSON.stringify({ ...described, ...(error instanceof Error ? error : {}), stack: trace })}`;
  } catch {
    return `\t${JSON.stringify({ ...described, stack: trace })}`;
  }
}
