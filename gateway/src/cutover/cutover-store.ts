import type { ChangeKind, Cutover, CutoverChange, CutoverState, Cutovers } from './cutover.ts';

/**
 * Where cutovers are kept and changed. A store judges no transition: it takes what it is asked for if nobody was faster,
 * and keeps the audit log. Its methods reject when it can't be reached, within a bounded time.
 */
export interface CutoverStore {
  readonly kind: 'memory' | 'postgres' | 'openfeature';
  /**
   * Names only capabilities that were changed at least once. Of one that is `unreadable` the state says nothing: ask the
   * snapshot keeper what rules.
   */
  read(): Promise<Cutovers>;
  /** Changes one capability and writes the audit log, both or neither, if it is still at the expected version. */
  change(request: ChangeRequest): Promise<ChangeResult>;
  /** Newest first. */
  history(query: HistoryQuery): Promise<readonly CutoverChange[]>;
  /**
   * Calls back with all cutovers, at once and then after each change, and when the connection is lost or back.
   * Rejects never: a store that can't be reached yet is reported as lost, and tried again until closed. Changes that
   * follow closely on each other may be told as one.
   */
  follow(listener: CutoverListener): Promise<Following>;
  close(): Promise<void>;
}

export interface ChangeRequest {
  readonly capability: string;
  readonly expectedVersion: number;
  readonly to: CutoverState;
  readonly kind: ChangeKind;
  readonly by: string;
  readonly why: string;
  readonly forced: boolean;
  readonly reverts?: string;
}

export type ChangeResult =
  | { readonly ok: true; readonly change: CutoverChange }
  | { readonly ok: false; readonly failure: 'version-conflict'; readonly current: Cutover }
  | {
      readonly ok: false;
      readonly failure: 'read-only';
      /** Where changes are made instead, for an operator to read. */
      readonly where: string;
    };

export interface HistoryQuery {
  readonly capability?: string;
  readonly limit: number;
  /** Only what is older than the change of this id. */
  readonly before?: string;
  /** Only this change. */
  readonly id?: string;
}

export interface CutoverListener {
  changed(cutovers: Cutovers): void;
  /** The store can't be read any more; what it said last rules on. */
  lost(reason: string): void;
  back(): void;
}

export interface Following {
  /** Nothing is called back after this was called. */
  close(): Promise<void>;
}
