import type { FunctionResult } from './function-error.ts';

export interface InvocationReport {
  readonly requestId: string;
  readonly durationMs: number;
  /** Of a cold start alone. */
  readonly initMs?: number | undefined;
  readonly memoryMb: number;
  readonly maxMemoryMb: number;
  readonly result: Pick<FunctionResult, 'status' | 'errorType'>;
}

export function startLine(requestId: string): string {
  return `START RequestId: ${requestId} Version: $LATEST`;
}

export function endLine(requestId: string): string {
  return `END RequestId: ${requestId}`;
}

/** The line that Lambda's bills and many a dashboard are read from. The init phase is billed too. */
export function reportLine(report: InvocationReport): string {
  const { initMs, result } = report;
  const fields = [
    `REPORT RequestId: ${report.requestId}`,
    `Duration: ${report.durationMs.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(report.durationMs + (initMs ?? 0))} ms`,
    `Memory Size: ${report.memoryMb} MB`,
    `Max Memory Used: ${report.maxMemoryMb} MB`,
    ...(initMs === undefined ? [] : [`Init Duration: ${initMs.toFixed(2)} ms`]),
    ...(result.status === 'success' ? [] : [`Status: ${result.status}`]),
    ...(result.status === 'error' ? [`Error Type: ${result.errorType}`] : []),
  ];
  return fields.join('\t');
}
