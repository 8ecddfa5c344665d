import type { Waitee, WaiteeStatus } from '@banyan/contracts';
import { useEffect, useRef, useState } from 'preact/hooks';
import { call } from '../api/call.ts';
import { type Failure, wordingOf } from '../api/failure.ts';
import type { Board } from '../live/follow-board.ts';
import { announce } from '../parts/announcer.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { useNow } from '../parts/time.tsx';
import { arrangeWaitees, moveId } from './arrange-waitees.ts';
import { ClosedGuests } from './closed-guests.tsx';
import { cardId, GuestCard, moveButtonId } from './guest-card.tsx';
import { GuestForm } from './guest-form.tsx';

export interface LineViewProps {
  readonly board: Board;
  readonly putWaitees: (waitees: readonly Waitee[]) => void;
  readonly dropWaitee: (waiteeId: string) => void;
}

type Question = { readonly kind: 'edit' | 'cancel' | 'delete'; readonly waitee: Waitee };

const done: Readonly<Record<Exclude<WaiteeStatus, 'waiting'>, string>> = {
  called: 'was called',
  seated: 'was seated',
  cancelled: 'was taken off the line',
  'no-show': 'did not show up',
};

export function LineView({ board: { waitlist, waitees }, putWaitees, dropWaitee }: LineViewProps) {
  const now = useNow();
  const [question, setQuestion] = useState<Question | undefined>(undefined);
  const { called, waiting, closed } = arrangeWaitees(waitees);
  const focusAfter = useRef<string | undefined>(undefined);
  const waitingIds = waiting.map(({ id }) => id);

  const arrangement = [...called.map(({ id }) => id), '', ...waitingIds].join();
  useEffect(() => {
    // A card that moves takes the focus with it out of the page: it is given back where the host left off.
    const id = focusAfter.current;
    focusAfter.current = undefined;
    if (id !== undefined) document.getElementById(id)?.focus();
  }, [arrangement]);

  async function become(waitee: Waitee, status: Exclude<WaiteeStatus, 'waiting'>) {
    const params = { id: waitlist.id, waiteeId: waitee.id };
    focusAfter.current = status === 'called' ? cardId(waitee) : 'waiting-title';
    const outcome = await call('setWaiteeStatus', { params, body: { status } });
    setQuestion(undefined);
    if (!outcome.ok) return report(outcome);
    putWaitees([outcome.body]);
    const mailed =
      waitee.email === null ? ' No e-mail address: call the name out.' : ' A mail goes out within a minute.';
    announce(`${waitee.name} ${done[status]}.${status === 'called' ? mailed : ''}`);
  }

  async function remind(waitee: Waitee) {
    const outcome = await call('notifyWaitee', { params: { id: waitlist.id, waiteeId: waitee.id } });
    if (!outcome.ok) return report(outcome);
    announce(`${waitee.name} gets a reminder within a minute.`);
  }

  async function move(waitee: Waitee, by: -1 | 1) {
    const waiteeIds = moveId(waitingIds, waitee.id, by);
    if (waiteeIds === waitingIds) return;
    focusAfter.current = moveButtonId(waitee, by);
    const outcome = await call('reorderWaitees', {
      params: { id: waitlist.id },
      body: { waiteeIds: [...waiteeIds] },
    });
    if (!outcome.ok) return report(outcome);
    putWaitees(outcome.body.items);
    announce(`${waitee.name} is number ${waiteeIds.indexOf(waitee.id) + 1} now.`);
  }

  async function remove(waitee: Waitee) {
    const outcome = await call('deleteWaitee', { params: { id: waitlist.id, waiteeId: waitee.id } });
    setQuestion(undefined);
    if (!outcome.ok && outcome.code !== 'not_found') return report(outcome);
    dropWaitee(waitee.id);
    announce(`${waitee.name} was deleted.`);
  }

  function report(failed: Failure) {
    focusAfter.current = undefined;
    announce(wordingOf(failed));
  }

  const cardOf = (waitee: Waitee) => (
    <GuestCard
      key={waitee.id}
      waitee={waitee}
      now={now}
      isLast={waitee.id === waitingIds.at(-1)}
      onBecome={(status) => become(waitee, status)}
      onRemind={() => remind(waitee)}
      onMove={(by) => move(waitee, by)}
      onAsk={(kind) => setQuestion({ kind, waitee })}
    />
  );

  return (
    <>
      {called.length > 0 && (
        <section aria-labelledby="called-title">
          <h2 id="called-title">
            Called <span class="count">{called.length}</span>
          </h2>
          <ul class="cards">{called.map(cardOf)}</ul>
        </section>
      )}
      <section aria-labelledby="waiting-title">
        <h2 id="waiting-title" tabIndex={-1}>
          Waiting <span class="count">{waiting.length}</span>
        </h2>
        {waiting.length === 0 ? (
          <p class="empty">Nobody is waiting. Guests join by the link, or you add them.</p>
        ) : (
          <ol class="cards">{waiting.map(cardOf)}</ol>
        )}
      </section>
      {closed.length > 0 && (
        <ClosedGuests waitees={closed} onDelete={(waitee) => setQuestion({ kind: 'delete', waitee })} />
      )}
      {question?.kind === 'edit' && (
        <Dialog title={`Edit ${question.waitee.name}`} onClose={() => setQuestion(undefined)}>
          <GuestForm
            waitlistId={waitlist.id}
            waitee={question.waitee}
            onSaved={(waitee) => {
              putWaitees([waitee]);
              setQuestion(undefined);
            }}
            onCancel={() => setQuestion(undefined)}
          />
        </Dialog>
      )}
      {question?.kind === 'cancel' && (
        <Confirm
          title={`Take ${question.waitee.name} off the line?`}
          text="They lose their place and see it on their page."
          action="Take off"
          onConfirm={() => become(question.waitee, 'cancelled')}
          onClose={() => setQuestion(undefined)}
        />
      )}
      {question?.kind === 'delete' && (
        <Confirm
          title={`Delete ${question.waitee.name}?`}
          text="What is known of this guest is deleted, with their notifications. This cannot be undone."
          action="Delete the guest"
          onConfirm={() => remove(question.waitee)}
          onClose={() => setQuestion(undefined)}
        />
      )}
    </>
  );
}
