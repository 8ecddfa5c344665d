import { strict as assert } from 'node:assert';
import type { ContractCase } from '../contract-case.ts';
import { pngOf } from '../png.ts';
import type { World } from '../world.ts';

export function guestJourneys(world: World): ContractCase[] {
  const { call, succeed } = world;
  return [
    {
      route: 'joinWaitlist',
      name: 'lets guests join, gives each a place, and shows the host who they are',
      run: async () => {
        const accessToken = await world.ownerToken();
        const { id, slug } = await world.newWaitlist();
        const join = (name: string) =>
          succeed('joinWaitlist', { params: { slug }, body: { name, partySize: 2 } });
        const first = await join('First');
        const second = await join('Second');
        assert.deepEqual([first.body.place.position, second.body.place.position], [1, 2]);
        const { body } = await succeed('listWaitees', { params: { id } }, { accessToken });
        assert.deepEqual(
          body.items.map((item) => item.name),
          ['First', 'Second'],
        );
        const known = await succeed('getPublicWaitlist', { params: { slug } });
        assert.equal(known.body.waitingCount, 2);
      },
    },
    {
      route: 'joinWaitlist',
      name: 'brings the photo of a guest who is logged in',
      run: async () => {
        const { accessToken } = (await world.newAccount()).session;
        const mine = await succeed(
          'putMyPhoto',
          { form: { file: pngOf(30, 30, [5, 5, 5]) } },
          { accessToken },
        );
        const { id, slug } = await world.newWaitlist();
        const input = { params: { slug }, body: { name: 'Pictured', partySize: 1 } };
        await succeed('joinWaitlist', input, { accessToken });
        const token = await world.ownerToken();
        const { body } = await succeed('listWaitees', { params: { id } }, { accessToken: token });
        assert.deepEqual(body.items[0]?.photo, mine.body.photo);
      },
    },
    {
      route: 'joinWaitlist',
      name: 'turns guests away while the list is closed',
      run: async () => {
        const { id, slug } = await world.newWaitlist();
        const accessToken = await world.ownerToken();
        await succeed('updateWaitlist', { params: { id }, body: { open: false } }, { accessToken });
        const refused = await call('joinWaitlist', {
          params: { slug },
          body: { name: 'Late', partySize: 2 },
        });
        assert.ok(!refused.ok && refused.error.code === 'waitlist_closed');
      },
    },
    {
      route: 'leaveWaitlist',
      name: 'lets a guest leave once, and moves up those behind',
      run: async () => {
        const { slug } = await world.newWaitlist();
        const join = (name: string) =>
          succeed('joinWaitlist', { params: { slug }, body: { name, partySize: 2 } });
        const first = (await join('First')).body.token;
        const second = (await join('Second')).body.token;
        const left = await succeed('leaveWaitlist', { params: { token: first } });
        assert.equal(left.body.status, 'cancelled');
        const moved = await succeed('getPlace', { params: { token: second } });
        assert.equal(moved.body.position, 1);
        const again = await call('leaveWaitlist', { params: { token: first } });
        assert.ok(!again.ok && again.error.code === 'invalid_transition');
      },
    },
    {
      route: 'getPlace',
      name: 'knows no place by a token that nobody was given',
      run: async () => {
        const unknown = await call('getPlace', { params: { token: 'a-token-that-nobody-was-given' } });
        assert.ok(!unknown.ok && unknown.error.code === 'not_found');
      },
    },
  ];
}
