import type { Notification, NotificationStatus, Waitee, Waitlist } from '@banyan/contracts';
import { useEffect, useState } from 'preact/hooks';
import { call } from '../api/call.ts';
import { type Failure, wordingOf } from '../api/failure.ts';
import { Notice } from '../parts/notice.tsx';
import { Moment } from '../parts/time.tsx';
import { TemplatesForm } from './templates-form.tsx';

export interface MessagesViewProps {
  readonly waitlist: Waitlist;
  readonly waitees: readonly Waitee[];
}

const statuses: Readonly<Record<NotificationStatus, string>> = {
  due: 'Due',
  sending: 'Sending',
  sent: 'Sent',
  failed: 'Failed',
  skipped: 'Skipped',
};
const refreshMs = 10_000;

/** What guests were written, and what they will be. */
export function MessagesView({ waitlist, waitees }: MessagesViewProps) {
  // A call or a reminder makes a notification: the board's changes are the sign to look again.
  const calls = waitees.filter(({ calledAt }) => calledAt !== null).length;
  return (
    <>
      <History waitlistId={waitlist.id} revision={calls} />
      <TemplatesForm waitlistId={waitlist.id} listName={waitlist.name} />
    </>
  );
}

function History({ waitlistId, revision }: { readonly waitlistId: string; readonly revision: number }) {
  const [items, setItems] = useState<readonly Notification[] | undefined>(undefined);
  const [nextCursor, setNextCursor] = useState<string | null>(null);
  const [status, setStatus] = useState<NotificationStatus | ''>('');
  const [failed, setFailed] = useState<Failure | undefined>(undefined);

  async function load(cursor?: string) {
    const filter = { waitlistId, limit: 20, ...(status ? { status } : {}), ...(cursor ? { cursor } : {}) };
    const outcome = await call('listNotifications', { query: filter });
    setFailed(outcome.ok ? undefined : outcome);
    if (!outcome.ok) return;
    const { items: loaded, nextCursor: next } = outcome.body;
    setItems((before) => (cursor === undefined ? loaded : [...(before ?? []), ...loaded]));
    setNextCursor(next);
  }

  useEffect(() => {
    void load();
  }, [waitlistId, revision, status]);

  // Further pages are left as they are: refreshing would fold them up under the reader.
  const isMoving = items?.some((item) => item.status === 'due' || item.status === 'sending') ?? false;
  const isFirstPage = (items?.length ?? 0) <= 20;
  useEffect(() => {
    if (!isMoving || !isFirstPage) return;
    const timer = setInterval(() => void load(), refreshMs);
    return () => clearInterval(timer);
  }, [isMoving, isFirstPage, waitlistId, status]);

  return (
    <section aria-labelledby="history-title">
      <div class="section-head">
        <h2 id="history-title">History</h2>
        <label class="inline-field">
          <span>Show</span>
          <select
            value={status}
            onChange={(event) => setStatus(event.currentTarget.value as NotificationStatus | '')}
          >
            <option value="">all</option>
            {Object.entries(statuses).map(([value, label]) => (
              <option key={value} value={value}>
                {label.toLowerCase()}
              </option>
            ))}
          </select>
        </label>
      </div>
      {failed !== undefined && <Notice tone="bad">{wordingOf(failed)}</Notice>}
      {items?.length === 0 && <p class="empty">{status ? 'None of these.' : 'Nobody was written to yet.'}</p>}
      <ul class="rows">
        {items?.map((item) => (
          <NotificationRow key={item.id} item={item} />
        ))}
      </ul>
      {nextCursor !== null && (
        <button type="button" class="button" onClick={() => load(nextCursor)}>
          Show more
        </button>
      )}
    </section>
  );
}

function NotificationRow({ item }: { readonly item: Notification }) {
  return (
    <li>
      <div>
        <strong>{item.waiteeName}</strong>
        <p class="muted">
          {item.kind === 'called' ? 'Table is ready' : 'Reminder'} ·{' '}
          <Moment at={item.sentAt ?? item.createdAt} />
          {item.attempts > 1 && ` · ${item.attempts} attempts`}
        </p>
        {item.lastError !== null && <p class="field-error">{item.lastError}</p>}
      </div>
      <span class={`pill pill-${item.status}`}>{statuses[item.status]}</span>
    </li>
  );
}
