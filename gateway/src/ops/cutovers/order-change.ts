import type { ChangeKind, Cutover, CutoverState } from '../../cutover/cutover.ts';
import { samePlace } from '../../cutover/cutover-state.ts';
import { OpsError } from '../api/ops-error.ts';
import type { ChangeAnswer } from '../api/schemas.ts';
import { asked, bodyOfCutover, bodyOfState, type CutoverAccess, readCutover } from './cutover-access.ts';

/** What somebody wants of one capability, whatever its state turns out to be. */
export interface ChangeOrder {
  readonly capability: string;
  readonly kind: ChangeKind;
  readonly by: string;
  readonly why: string;
  /** Given, nothing is done if someone else was faster. Else the order is worked out anew on what they left. */
  readonly expectedVersion?: number | undefined;
  readonly reverts?: string;
  readonly wanted: (current: Cutover) => CutoverState;
  /** Throws where the change must not be made; says whether it overrode a precondition. */
  readonly judge: (current: Cutover, wanted: CutoverState) => Promise<{ readonly forced: boolean }>;
}

/** Two operators at once are a few attempts apart at most; more is something else. */
const maxAttempts = 8;

/** Read, judge, change: again on what someone else left, if they came between. */
export async function orderChange(access: CutoverAccess, order: ChangeOrder): Promise<ChangeAnswer> {
  const { capability, kind, by, why, expectedVersion, reverts } = order;
  for (let attempt = 1; ; attempt++) {
    const current = await readCutover(access, capability);
    if (expectedVersion !== undefined && current.version !== expectedVersion) {
      throw conflict(capability, current, expectedVersion);
    }
    const to = order.wanted(current);
    // A state that can't be read is put right by any change, also by one to what rules in its place.
    if (samePlace(current, to) && current.unreadable === undefined) {
      return { capability, change: null, cutover: bodyOfCutover(current) };
    }
    const { forced } = await order.judge(current, to);
    const result = await asked(
      access.keeper.change({
        ...{ capability, expectedVersion: current.version, to, kind, by, why, forced },
        ...(reverts === undefined ? {} : { reverts }),
      }),
    );
    if (result.ok) {
      const { from, to: made, at, version } = result.change;
      return {
        capability,
        change: { ...result.change, from: bodyOfState(from), to: bodyOfState(made) },
        cutover: bodyOfCutover({ ...made, version, changedAt: at, changedBy: by, why }),
      };
    }
    if (result.failure === 'read-only') {
      throw new OpsError('read-only', `Cutovers are read-only here: change them in ${result.where}.`);
    }
    if (expectedVersion !== undefined || attempt === maxAttempts) {
      throw conflict(capability, result.current, current.version);
    }
  }
}

function conflict(capability: string, { version, changedBy }: Cutover, expected: number): OpsError {
  const whose = changedBy === undefined ? '' : `, by ${changedBy}`;
  return new OpsError(
    'version-conflict',
    `${capability} is at version ${version}${whose}, not at ${expected}: look again before you change it.`,
  );
}
