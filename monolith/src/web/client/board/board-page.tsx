import { useState } from 'preact/hooks';
import { pathOfPage } from '../../pages.ts';
import { NotFoundPage } from '../pages/not-found-page.tsx';
import { ConnectionPill } from '../parts/connection-pill.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { OpenSwitch } from '../parts/open-switch.tsx';
import { Page } from '../parts/page.tsx';
import { GuestForm } from './guest-form.tsx';
import { JoinLink } from './join-link.tsx';
import { LineView } from './line-view.tsx';
import { MessagesView } from './messages-view.tsx';
import { SettingsView } from './settings-view.tsx';
import { useBoard } from './use-board.ts';

const views = { line: 'Line', messages: 'Messages', settings: 'Settings' } as const;
type View = keyof typeof views;

export interface BoardPageProps {
  readonly waitlistId: string;
  readonly view: string | null;
}

export function BoardPage({ waitlistId, view: wanted }: BoardPageProps) {
  const state = useBoard(waitlistId);
  const [dialog, setDialog] = useState<'guest' | 'link' | undefined>(undefined);
  const closeDialog = () => setDialog(undefined);
  const view: View = wanted !== null && wanted in views ? (wanted as View) : 'line';

  if (state.isGone)
    return <NotFoundPage message="There is no such list among yours. It may have been deleted." />;
  if (state.board === undefined) {
    return (
      <Page title="The line" actions={<ConnectionPill state={state.connection} />}>
        <p class="loading">Loading…</p>
      </Page>
    );
  }
  const { waitlist, waitees } = state.board;
  return (
    <Page title={waitlist.name} actions={<ConnectionPill state={state.connection} />}>
      <div class="board-bar">
        <OpenSwitch waitlist={waitlist} onChanged={state.putWaitlist} />
        <div class="board-bar-actions">
          <button type="button" class="button" onClick={() => setDialog('link')}>
            Join link
          </button>
          <button type="button" class="button button-primary" onClick={() => setDialog('guest')}>
            Add guest
          </button>
        </div>
      </div>
      <nav class="tabs" aria-label="Of this list">
        {Object.entries(views).map(([name, label]) => (
          <a
            key={name}
            href={pathOfPage('board', waitlistId) + (name === 'line' ? '' : `?view=${name}`)}
            aria-current={name === view ? 'page' : undefined}
          >
            {label}
          </a>
        ))}
      </nav>
      {view === 'line' && (
        <LineView board={state.board} putWaitees={state.putWaitees} dropWaitee={state.dropWaitee} />
      )}
      {view === 'messages' && <MessagesView waitlist={waitlist} waitees={waitees} />}
      {view === 'settings' && <SettingsView waitlist={waitlist} onChanged={state.putWaitlist} />}
      {dialog === 'guest' && (
        <Dialog title="Add a guest" onClose={closeDialog}>
          <GuestForm
            waitlistId={waitlistId}
            onSaved={(waitee) => {
              state.putWaitees([waitee]);
              closeDialog();
            }}
            onCancel={closeDialog}
          />
        </Dialog>
      )}
      {dialog === 'link' && (
        <Dialog title="Join link" onClose={closeDialog}>
          <JoinLink waitlist={waitlist} />
        </Dialog>
      )}
    </Page>
  );
}
