import type { Waitlist } from '@banyan/contracts';
import { useState } from 'preact/hooks';
import { pathOfPage } from '../../pages.ts';
import { call } from '../api/call.ts';
import { wordingOf } from '../api/failure.ts';
import { navigate } from '../navigation.ts';
import { ListForm } from '../pages/list-form.tsx';
import { announce } from '../parts/announcer.tsx';
import { Confirm } from '../parts/confirm.tsx';

export interface SettingsViewProps {
  readonly waitlist: Waitlist;
  readonly onChanged: (waitlist: Waitlist) => void;
}

export function SettingsView({ waitlist, onChanged }: SettingsViewProps) {
  const [isDeleting, setDeleting] = useState(false);

  async function remove() {
    const outcome = await call('deleteWaitlist', { params: { id: waitlist.id } });
    setDeleting(false);
    announce(outcome.ok ? `${waitlist.name} was deleted.` : wordingOf(outcome));
    if (outcome.ok) navigate(pathOfPage('lists'), { replace: true });
  }

  return (
    <>
      <section class="card" aria-labelledby="settings-title">
        <h2 id="settings-title">Settings</h2>
        <ListForm
          waitlist={waitlist}
          onSaved={(changed) => {
            onChanged(changed);
            announce('The settings were saved.');
          }}
        />
      </section>
      <section class="card" aria-labelledby="delete-title">
        <h2 id="delete-title">Delete this list</h2>
        <p class="muted">Its guests lose their places, and its notifications go with it.</p>
        <button type="button" class="button button-danger-quiet" onClick={() => setDeleting(true)}>
          Delete the list…
        </button>
      </section>
      {isDeleting && (
        <Confirm
          title={`Delete ${waitlist.name}?`}
          text="Its guests lose their places, and its notifications go with it. This cannot be undone."
          action="Delete the list"
          onConfirm={remove}
          onClose={() => setDeleting(false)}
        />
      )}
    </>
  );
}
