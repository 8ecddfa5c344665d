import type { Waitee, WaiteeStatus } from '@banyan/contracts';
import { Moment, partyOf } from '../parts/time.tsx';

export interface ClosedGuestsProps {
  readonly waitees: readonly Waitee[];
  readonly onDelete: (waitee: Waitee) => void;
}

const wordings: Readonly<Record<WaiteeStatus, string>> = {
  waiting: 'Waiting',
  called: 'Called',
  seated: 'Seated',
  cancelled: 'Left',
  'no-show': 'No-show',
};

/** Who was seated, left or did not show, folded away. */
export function ClosedGuests({ waitees, onDelete }: ClosedGuestsProps) {
  return (
    <details class="closed-guests">
      <summary>
        Earlier <span class="count">{waitees.length}</span>
      </summary>
      <ul class="rows">
        {waitees.map((waitee) => (
          <li key={waitee.id}>
            <div>
              <strong>{waitee.name}</strong>
              <p class="muted">
                {partyOf(waitee.partySize)}
                {waitee.closedAt && (
                  <>
                    {' '}
                    · <Moment at={waitee.closedAt} />
                  </>
                )}
              </p>
            </div>
            <span class={`pill pill-${waitee.status}`}>{wordings[waitee.status]}</span>
            <button
              type="button"
              class="button button-quiet button-danger-quiet"
              onClick={() => onDelete(waitee)}
            >
              Delete<span class="visually-hidden"> {waitee.name}</span>
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
