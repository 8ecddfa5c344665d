import { mayBecome, type Waitee, type WaiteeStatus } from '@banyan/contracts';
import { useState } from 'preact/hooks';
import { Avatar } from '../parts/avatar.tsx';
import { partyOf, timeSince } from '../parts/time.tsx';

type NextStatus = Exclude<WaiteeStatus, 'waiting'>;

export interface GuestCardProps {
  readonly waitee: Waitee;
  readonly now: number;
  readonly isLast: boolean;
  readonly onBecome: (status: NextStatus) => Promise<void>;
  readonly onRemind: () => Promise<void>;
  readonly onMove: (by: -1 | 1) => Promise<void>;
  readonly onAsk: (kind: 'edit' | 'cancel') => void;
}

export function cardId({ id }: Waitee): string {
  return `guest-${id}`;
}

export function moveButtonId({ id }: Waitee, by: -1 | 1): string {
  return `move-${by === -1 ? 'up' : 'down'}-${id}`;
}

/** A guest who is still to be seated, with what the host can do. */
export function GuestCard({ waitee, now, isLast, onBecome, onRemind, onMove, onAsk }: GuestCardProps) {
  const [busy, setBusy] = useState(false);
  const { name, status, position } = waitee;
  const isCalled = status === 'called';

  function button(label: string, action: () => unknown, look = '') {
    async function run() {
      if (busy) return;
      setBusy(true);
      await action();
      setBusy(false);
    }
    return (
      <button type="button" class={`button ${look}`} aria-disabled={busy} onClick={run}>
        {label}
        <span class="visually-hidden"> {name}</span>
      </button>
    );
  }

  function mover(by: -1 | 1) {
    const isEnd = by === -1 ? position === 1 : isLast;
    return (
      <button
        type="button"
        id={moveButtonId(waitee, by)}
        class="button button-icon"
        aria-label={`Move ${name} ${by === -1 ? 'up' : 'down'}`}
        aria-disabled={isEnd}
        onClick={() => !isEnd && onMove(by)}
      >
        <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
          <path
            d={by === -1 ? 'M6 15l6-6 6 6' : 'M6 9l6 6 6-6'}
            fill="none"
            stroke="currentColor"
            stroke-width="2.2"
            stroke-linecap="round"
            stroke-linejoin="round"
          />
        </svg>
      </button>
    );
  }

  return (
    <li id={cardId(waitee)} tabIndex={-1} class={`card guest guest-${status}`}>
      <div class="guest-who">
        {position !== null && (
          <span class="guest-position">
            <span class="visually-hidden">Number </span>
            {position}
          </span>
        )}
        <Avatar name={name} photo={waitee.photo} />
        <GuestFacts waitee={waitee} now={now} />
      </div>
      <div class="guest-actions">
        {mayBecome(status, 'called') && button('Call', () => onBecome('called'), 'button-primary')}
        {mayBecome(status, 'seated') && button('Seat', () => onBecome('seated'), 'button-primary')}
        {isCalled && waitee.email !== null && button('Remind', onRemind)}
        {mayBecome(status, 'no-show') && button('No-show', () => onBecome('no-show'))}
        {status === 'waiting' && mover(-1)}
        {status === 'waiting' && mover(1)}
        {button('Edit', () => onAsk('edit'), 'button-quiet')}
        {button('Take off', () => onAsk('cancel'), 'button-quiet button-danger-quiet')}
      </div>
    </li>
  );
}

function GuestFacts({ waitee, now }: { readonly waitee: Waitee; readonly now: number }) {
  const { name, partySize, email, phone, note, status, joinedAt, calledAt, estimatedWaitMinutes } = waitee;
  const since = status === 'called' && calledAt !== null ? calledAt : joinedAt;
  return (
    <div class="guest-facts">
      <strong>{name}</strong>
      <p class="muted">
        {partyOf(partySize)} · {status === 'called' ? 'called' : 'joined'} {ago(since, now)}
        {estimatedWaitMinutes !== null && ` · wait ${estimatedWaitMinutes} min`}
      </p>
      {(email ?? phone) && (
        <p class="muted guest-contact">
          {email && <a href={`mailto:${email}`}>{email}</a>}
          {phone && <a href={`tel:${phone.replace(/[^+0-9]/g, '')}`}>{phone}</a>}
        </p>
      )}
      {email === null && <p class="muted">No e-mail: call the name out</p>}
      {note && <p class="guest-note">{note}</p>}
    </div>
  );
}

function ago(timestamp: string, now: number): string {
  const since = timeSince(timestamp, now);
  return since === 'just now' ? since : `${since} ago`;
}
