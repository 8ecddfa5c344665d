import type { Handlers } from '@banyan/serving';
import type { Knex } from 'knex';
import type { Line } from './line.ts';
import { lockOwnWaitlist } from './line-lock.ts';
import { changeWaitee, deleteWaitee, listWaitees, readLine, readWaitee } from './waitee-store.ts';
import {
  changeWaitlist,
  deleteWaitlist,
  insertWaitlist,
  listWaitlists,
  readWaitlist,
} from './waitlist-store.ts';

export interface WaitlistsDeps {
  readonly db: Knex;
  readonly line: Line;
}

export type WaitlistsFeature = Handlers<
  | 'listWaitlists'
  | 'createWaitlist'
  | 'getWaitlist'
  | 'updateWaitlist'
  | 'deleteWaitlist'
  | 'listWaitees'
  | 'createWaitee'
  | 'reorderWaitees'
  | 'getWaitee'
  | 'updateWaitee'
  | 'deleteWaitee'
  | 'setWaiteeStatus'
>;

/** A host's waitlists. Only its owner sees a list: to others it is not there. */
export function createWaitlistsFeature({ db, line }: WaitlistsDeps): WaitlistsFeature {
  return {
    listWaitlists: async ({ caller, query }) => ({
      status: 200,
      body: await listWaitlists(db, caller.userId, query),
    }),

    createWaitlist: ({ caller, body, transact }) =>
      transact(async (tx) => {
        const waitlist = await insertWaitlist(tx, caller.userId, body);
        return { status: 201, body: waitlist, headers: { location: `/api/waitlists/${waitlist.id}` } };
      }),

    getWaitlist: async ({ caller, params }) => ({
      status: 200,
      body: await readWaitlist(db, caller.userId, params.id),
    }),

    updateWaitlist: ({ caller, params, body, transact }) =>
      transact(async (tx) => ({
        status: 200,
        body: await changeWaitlist(tx, caller.userId, params.id, body),
      })),

    deleteWaitlist: ({ caller, params, transact }) =>
      transact(async (tx) => {
        await deleteWaitlist(tx, caller.userId, params.id);
        return { status: 204 };
      }),

    listWaitees: async ({ caller, params, query }) => {
      await readWaitlist(db, caller.userId, params.id);
      return { status: 200, body: await listWaitees(db, params.id, query) };
    },

    createWaitee: ({ caller, params, body, transact }) =>
      transact(async (tx) => {
        await lockOwnWaitlist(tx, caller.userId, params.id);
        const waitee = await readWaitee(tx, params.id, await line.append(tx, params.id, body));
        const location = `/api/waitlists/${waitee.waitlistId}/waitees/${waitee.id}`;
        return { status: 201, body: waitee, headers: { location } };
      }),

    reorderWaitees: ({ caller, params, body, transact }) =>
      transact(async (tx) => {
        await lockOwnWaitlist(tx, caller.userId, params.id);
        await line.reorder(tx, params.id, body.waiteeIds);
        return { status: 200, body: { items: await readLine(tx, params.id) } };
      }),

    getWaitee: async ({ caller, params }) => {
      await readWaitlist(db, caller.userId, params.id);
      return { status: 200, body: await readWaitee(db, params.id, params.waiteeId) };
    },

    updateWaitee: ({ caller, params, body, transact }) =>
      transact(async (tx) => {
        await lockOwnWaitlist(tx, caller.userId, params.id);
        await changeWaitee(tx, params.id, params.waiteeId, body);
        return { status: 200, body: await readWaitee(tx, params.id, params.waiteeId) };
      }),

    deleteWaitee: ({ caller, params, transact }) =>
      transact(async (tx) => {
        await lockOwnWaitlist(tx, caller.userId, params.id);
        await deleteWaitee(tx, params.id, params.waiteeId);
        return { status: 204 };
      }),

    setWaiteeStatus: ({ caller, params, body, transact }) =>
      transact(async (tx) => {
        await lockOwnWaitlist(tx, caller.userId, params.id);
        await line.setStatus(tx, params.id, params.waiteeId, body.status);
        return { status: 200, body: await readWaitee(tx, params.id, params.waiteeId) };
      }),
  };
}
