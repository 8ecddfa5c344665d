import { ApiError, type RouteNameOf, type WaiteeStatus } from '@banyan/contracts';
import type { Handlers } from '@banyan/serving';
import type { Knex } from 'knex';
import { lockOwnWaitlist, noSuchWaitlist } from '../waitlists/line-lock.ts';
import { callDue } from './call-due.ts';
import { listNotifications, readNotification, unsentReminderOf } from './notification-rows.ts';
import type { SendDueDeps } from './send-due.ts';
import { ownsWaitlist, readTemplates, saveTemplates } from './template-rows.ts';
import { createWorker, type WorkerDeps } from './worker.ts';

export type NotificationsDeps = SendDueDeps & WorkerDeps;

type NotificationRouteName = RouteNameOf<'notifications'>;

export interface NotificationsFeature {
  readonly handlers: Handlers<NotificationRouteName>;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

export function createNotificationsFeature(deps: NotificationsDeps): NotificationsFeature {
  return { handlers: createNotificationHandlers(deps.db), ...createWorker(deps) };
}

function createNotificationHandlers(db: Knex): Handlers<NotificationRouteName> {
  return {
    notifyWaitee: ({ caller, params, transact }) =>
      transact(async (tx) => {
        // Under the list's lock the guest stays as they are, and two reminders at once become one.
        await lockOwnWaitlist(tx, caller.userId, params.id);
        const id = await remind(tx, params.id, params.waiteeId);
        const body = await readNotification(tx, caller.userId, id);
        return { status: 202, body, headers: { location: `/api/notifications/${id}` } };
      }),

    listNotifications: async ({ caller, query }) => ({
      status: 200,
      body: await listNotifications(db, caller.userId, query),
    }),

    async getNotification({ caller, params }) {
      const body = await readNotification(db, caller.userId, params.id);
      if (body === undefined) throw new ApiError('not_found', 'There is no such notification.');
      return { status: 200, body };
    },

    async getNotificationTemplates({ caller, params }) {
      if (!(await ownsWaitlist(db, caller.userId, params.id))) throw noSuchWaitlist();
      return { status: 200, body: await readTemplates(db, params.id) };
    },

    putNotificationTemplates: ({ caller, params, body, transact }) =>
      transact(async (tx) => {
        await lockOwnWaitlist(tx, caller.userId, params.id);
        await saveTemplates(tx, params.id, body);
        return { status: 200, body: await readTemplates(tx, params.id) };
      }),
  };
}

/** A guest has at most one reminder that is not sent yet: asking again while it is due means that one. */
async function remind(tx: Knex.Transaction, waitlistId: string, waiteeId: string): Promise<string> {
  const guest = await tx('waitees')
    .where({ id: waiteeId, waitlist_id: waitlistId })
    .first<{ status: WaiteeStatus; email: string | null } | undefined>('status', 'email');
  if (guest === undefined) throw new ApiError('not_found', 'There is no such guest.');
  if (guest.status !== 'called') {
    throw new ApiError(
      'not_called',
      `A guest who is ${guest.status} cannot be reminded; only one who was called.`,
    );
  }
  if (guest.email === null) throw new ApiError('no_contact', 'This guest left no e-mail address.');
  return (
    (await unsentReminderOf(tx, waiteeId)) ?? (await callDue(tx, { waitlistId, waiteeId, kind: 'reminder' }))
  );
}
