import { ErrorCode, type EvaluationDetails, type JsonValue } from '@openfeature/server-sdk';
import type { CutoverState, Stage } from '../cutover.ts';
import { type ParsedState, parseState } from '../cutover-state.ts';

export function flagKeyOf(capability: string): string {
  return `banyan-cutover-${capability}`;
}

export type FlagReading =
  /** The provider doesn't know the flag. */
  'absent' | ParsedState;

/** Throws if the provider couldn't say anything of the flag. */
export function readFlag({ value, errorCode, errorMessage }: EvaluationDetails<JsonValue>): FlagReading {
  switch (errorCode) {
    case undefined:
      return parseState(withDefaults(value));
    case ErrorCode.FLAG_NOT_FOUND:
      return 'absent';
    case ErrorCode.TYPE_MISMATCH:
    case ErrorCode.PARSE_ERROR:
      return { ok: false, fault: errorMessage || errorCode };
    default:
      throw new Error(errorMessage || errorCode);
  }
}

/** What a flag's author may leave out: the percent where the stage says it, and empty lists. */
function withDefaults(value: JsonValue): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const percents: Partial<Record<Stage, number>> = { legacy: 0, shadow: 0, live: 100, retired: 100 };
  const rolloutPercent = percents[value.stage as Stage];
  const defaults: Partial<CutoverState> = {
    ...(rolloutPercent === undefined ? {} : { rolloutPercent }),
    allow: [],
    deny: [],
  };
  return { ...defaults, ...value };
}
