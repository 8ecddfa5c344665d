import type { Waitlist } from '@banyan/contracts';
import { useState } from 'preact/hooks';
import { call } from '../api/call.ts';
import { wordingOf } from '../api/failure.ts';
import { announce } from './announcer.tsx';

export interface OpenSwitchProps {
  readonly waitlist: Waitlist;
  readonly onChanged: (waitlist: Waitlist) => void;
}

/** Whether guests may join. */
export function OpenSwitch({ waitlist, onChanged }: OpenSwitchProps) {
  const [busy, setBusy] = useState(false);
  async function toggle() {
    if (busy) return;
    setBusy(true);
    const outcome = await call('updateWaitlist', {
      params: { id: waitlist.id },
      body: { open: !waitlist.open },
    });
    setBusy(false);
    if (!outcome.ok) {
      announce(wordingOf(outcome));
      return;
    }
    onChanged(outcome.body);
    announce(
      outcome.body.open ? `${waitlist.name} is open: guests can join.` : `${waitlist.name} is closed.`,
    );
  }
  return (
    <button
      type="button"
      class="switch"
      role="switch"
      aria-checked={waitlist.open}
      aria-busy={busy}
      onClick={toggle}
    >
      <span class="switch-track" aria-hidden="true" />
      <span aria-hidden="true">{waitlist.open ? 'Open' : 'Closed'}</span>
      <span class="visually-hidden">Guests can join {waitlist.name}</span>
    </button>
  );
}
