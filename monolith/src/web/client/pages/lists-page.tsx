import type { Waitlist } from '@banyan/contracts';
import { useEffect, useState } from 'preact/hooks';
import { pathOfPage } from '../../pages.ts';
import { call } from '../api/call.ts';
import { type Failure, wordingOf } from '../api/failure.ts';
import { navigate } from '../navigation.ts';
import { announce } from '../parts/announcer.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Notice } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';
import { ListCard } from './list-card.tsx';
import { ListForm } from './list-form.tsx';

interface Shown {
  readonly items: readonly Waitlist[];
  readonly nextCursor: string | null;
}

export function ListsPage() {
  const [shown, setShown] = useState<Shown | undefined>(undefined);
  const [failed, setFailed] = useState<Failure | undefined>(undefined);
  const [dialog, setDialog] = useState<'new' | Waitlist | undefined>(undefined);

  async function load(cursor?: string) {
    const outcome = await call('listWaitlists', { query: { limit: 50, ...(cursor ? { cursor } : {}) } });
    setFailed(outcome.ok ? undefined : outcome);
    if (!outcome.ok) return;
    const { items, nextCursor } = outcome.body;
    setShown((before) => ({
      items: cursor === undefined ? items : [...(before?.items ?? []), ...items],
      nextCursor,
    }));
  }
  useEffect(() => {
    void load();
  }, []);

  function put(waitlist: Waitlist) {
    setShown(
      (before) =>
        before && {
          ...before,
          items: before.items.map((item) => (item.id === waitlist.id ? waitlist : item)),
        },
    );
  }

  async function remove({ id, name }: Waitlist) {
    const outcome = await call('deleteWaitlist', { params: { id } });
    setDialog(undefined);
    const isGone = outcome.ok || outcome.code === 'not_found';
    announce(isGone ? `${name} was deleted.` : wordingOf(outcome));
    if (isGone)
      setShown((before) => before && { ...before, items: before.items.filter((item) => item.id !== id) });
  }

  const create = <ListForm onSaved={({ id }) => navigate(pathOfPage('board', id))} />;
  const isEmpty = shown?.items.length === 0;
  return (
    <Page
      title="My lists"
      actions={
        shown !== undefined &&
        !isEmpty && (
          <button type="button" class="button button-primary" onClick={() => setDialog('new')}>
            New list
          </button>
        )
      }
    >
      {failed !== undefined && (
        <Notice tone="bad">
          <p>{wordingOf(failed)}</p>
          <button type="button" class="button" onClick={() => load()}>
            Try again
          </button>
        </Notice>
      )}
      {shown === undefined && failed === undefined && <p class="loading">Loading…</p>}
      {isEmpty && (
        <section class="card" aria-labelledby="first-title">
          <h2 id="first-title">Create your first list</h2>
          {create}
        </section>
      )}
      <ul class="cards">
        {shown?.items.map((waitlist) => (
          <ListCard
            key={waitlist.id}
            waitlist={waitlist}
            onChanged={put}
            onDelete={() => setDialog(waitlist)}
          />
        ))}
      </ul>
      {shown?.nextCursor && (
        <button type="button" class="button" onClick={() => load(shown.nextCursor ?? undefined)}>
          Show more
        </button>
      )}
      {dialog === 'new' && (
        <Dialog title="New list" onClose={() => setDialog(undefined)}>
          {create}
        </Dialog>
      )}
      {typeof dialog === 'object' && (
        <Confirm
          title={`Delete ${dialog.name}?`}
          text="Its guests lose their places, and its notifications go with it. This cannot be undone."
          action="Delete the list"
          onConfirm={() => remove(dialog)}
          onClose={() => setDialog(undefined)}
        />
      )}
    </Page>
  );
}
