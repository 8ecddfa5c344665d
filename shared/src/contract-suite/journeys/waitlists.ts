import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { type WaiteeStatus, waiteeTransitions } from '../../waitlists/waitee-state.ts';
import type { ContractCase } from '../contract-case.ts';
import type { World } from '../world.ts';

export function waitlistJourneys(world: World): ContractCase[] {
  const { call, succeed } = world;

  async function become(
    waitee: { id: string; waitlistId: string },
    status: Exclude<WaiteeStatus, 'waiting'>,
  ) {
    const input = { params: { id: waitee.waitlistId, waiteeId: waitee.id }, body: { status } };
    return call('setWaiteeStatus', input, { accessToken: await world.ownerToken() });
  }

  const paths: Record<WaiteeStatus, Exclude<WaiteeStatus, 'waiting'>[]> = {
    waiting: [],
    called: ['called'],
    seated: ['called', 'seated'],
    cancelled: ['cancelled'],
    'no-show': ['called', 'no-show'],
  };
  const targets = ['called', 'seated', 'cancelled', 'no-show'] as const;

  return [
    ...Object.entries(paths).flatMap(([from, path]) =>
      targets.map((to) => {
        const next: readonly string[] = waiteeTransitions[from as WaiteeStatus];
        const allowed = next.includes(to);
        return {
          route: 'setWaiteeStatus' as const,
          name: `${allowed ? 'lets' : 'does not let'} a guest who is ${from} become ${to}`,
          run: async () => {
            const waitee = await world.newWaitee();
            for (const status of path) assert.equal((await become(waitee, status)).status, 200);
            const result = await become(waitee, to);
            assert.equal(result.status, allowed ? 200 : 409);
            assert.ok(result.ok ? result.body.status === to : result.error.code === 'invalid_transition');
          },
        };
      }),
    ),
    {
      route: 'createWaitlist',
      name: 'keeps one list to a slug, and makes a free one from the name',
      run: async () => {
        const accessToken = await world.ownerToken();
        const slug = `slug-${randomUUID()}`;
        const create = (body: { name: string; slug?: string }) =>
          call('createWaitlist', { body }, { accessToken });
        const first = await create({ name: 'First', slug });
        assert.ok(first.ok);
        assert.equal(first.body.joinPath, `/join/${slug}`);
        assert.equal(first.headers.get('location'), `/api/waitlists/${first.body.id}`);
        const second = await create({ name: 'Second', slug });
        assert.ok(!second.ok && second.error.code === 'slug_taken');
        const named = [await create({ name: 'Über Café №1' }), await create({ name: 'Über Café №1' })];
        const slugs = named.map((result) =>
          result.ok ? result.body.slug : assert.fail(`got ${result.status}`),
        );
        assert.equal(new Set(slugs).size, 2);
      },
    },
    {
      route: 'listWaitlists',
      name: 'gives every list once, page by page, newest first',
      run: async () => {
        const { accessToken } = (await world.newAccount()).session;
        for (const name of ['One', 'Two', 'Three', 'Four', 'Five']) {
          await succeed('createWaitlist', { body: { name } }, { accessToken });
        }
        const names: string[] = [];
        let cursor: string | undefined;
        do {
          const query = cursor === undefined ? { limit: 2 } : { limit: 2, cursor };
          const { body } = await succeed('listWaitlists', { query }, { accessToken });
          assert.ok(body.items.length <= 2);
          names.push(...body.items.map((item) => item.name));
          cursor = body.nextCursor ?? undefined;
        } while (cursor !== undefined);
        assert.deepEqual(names, ['Five', 'Four', 'Three', 'Two', 'One']);
      },
    },
    {
      route: 'reorderWaitees',
      name: 'puts those who wait in the order asked for, and refuses one that is out of date',
      run: async () => {
        const accessToken = await world.ownerToken();
        const waitlist = await world.newWaitlist();
        const [first, second, third] = [
          await world.newWaitee(waitlist),
          await world.newWaitee(waitlist),
          await world.newWaitee(waitlist),
        ];
        assert.deepEqual([first.position, second.position, third.position], [1, 2, 3]);
        const order = [third.id, first.id, second.id];
        const params = { id: waitlist.id };
        const { body } = await succeed(
          'reorderWaitees',
          { params, body: { waiteeIds: order } },
          { accessToken },
        );
        assert.deepEqual(
          body.items.map(({ id, position }) => [id, position]),
          order.map((id, at) => [id, at + 1]),
        );
        assert.equal((await become(third, 'called')).status, 200);
        const outdated = await call(
          'reorderWaitees',
          { params, body: { waiteeIds: order } },
          { accessToken },
        );
        assert.ok(!outdated.ok && outdated.error.code === 'order_conflict');
        const query = { status: 'waiting' as const };
        const waiting = await succeed('listWaitees', { params, query }, { accessToken });
        assert.deepEqual(
          waiting.body.items.map(({ id, position }) => [id, position]),
          [
            [first.id, 1],
            [second.id, 2],
          ],
        );
      },
    },
    {
      route: 'deleteWaitlist',
      name: 'deletes a list with everything on it',
      run: async () => {
        const accessToken = await world.ownerToken();
        const waitee = await world.newWaitee();
        const params = { id: waitee.waitlistId };
        const { body } = await succeed('getWaitlist', { params }, { accessToken });
        await succeed('deleteWaitlist', { params }, { accessToken });
        assert.equal((await call('getWaitlist', { params }, { accessToken })).status, 404);
        assert.equal((await call('getPublicWaitlist', { params: { slug: body.slug } })).status, 404);
        const gone = { params: { ...params, waiteeId: waitee.id } };
        assert.equal((await call('getWaitee', gone, { accessToken })).status, 404);
      },
    },
  ];
}
