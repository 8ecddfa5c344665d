import type { EnvironmentOutcome } from './environment.ts';
import { limits } from './limits.ts';

/** What a caller gets of an invocation, and what its REPORT line says of it. */
export interface FunctionResult {
  readonly payload: Buffer;
  /** The type of the error that the function ended with, if it did. */
  readonly errorType?: string;
  readonly status: 'success' | 'error' | 'timeout';
}

/** Words an outcome as Lambda would. */
export function functionResult(
  outcome: EnvironmentOutcome,
  { requestId, timeoutMs }: { readonly requestId: string; readonly timeoutMs: number },
): FunctionResult {
  const failed = (errorType: string, errorMessage: string, status: 'error' | 'timeout' = 'error') => ({
    payload: Buffer.from(JSON.stringify({ errorType, errorMessage })),
    errorType,
    status,
  });
  switch (outcome.kind) {
    case 'response':
      return { payload: outcome.payload, status: 'success' };
    case 'error':
      return { payload: outcome.payload, errorType: outcome.errorType, status: 'error' };
    case 'too-large':
      return failed(
        'Function.ResponseSizeTooLarge',
        `Response payload size (${outcome.bytes} bytes) exceeded maximum allowed payload size (${limits.responsePayloadBytes} bytes).`,
      );
    case 'timeout':
      return failed(
        'Sandbox.Timedout',
        `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1_000).toFixed(2)} seconds`,
        'timeout',
      );
    case 'exit':
      return failed(
        outcome.outOfMemory ? 'Runtime.OutOfMemory' : 'Runtime.ExitError',
        `RequestId: ${requestId} Error: ${outcome.how}`,
      );
    case 'ready':
      throw new Error('An invocation ended before it was answered.');
  }
}
