import type { Waitlist } from '@banyan/contracts';
import { pathOfPage } from '../../pages.ts';
import { OpenSwitch } from '../parts/open-switch.tsx';

export interface ListCardProps {
  readonly waitlist: Waitlist;
  readonly onChanged: (waitlist: Waitlist) => void;
  readonly onDelete: () => void;
}

export function ListCard({ waitlist, onChanged, onDelete }: ListCardProps) {
  const { id, name, waitingCount, calledCount } = waitlist;
  return (
    <li class="card list-card">
      <div>
        <h2>
          <a href={pathOfPage('board', id)}>{name}</a>
        </h2>
        <p class="muted">
          {waitingCount} waiting · {calledCount} called
        </p>
      </div>
      <div class="list-card-actions">
        <OpenSwitch waitlist={waitlist} onChanged={onChanged} />
        <button type="button" class="button button-quiet button-danger-quiet" onClick={onDelete}>
          Delete<span class="visually-hidden"> {name}</span>
        </button>
      </div>
    </li>
  );
}
