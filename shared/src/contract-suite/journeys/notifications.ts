import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import type { ContractCase } from '../contract-case.ts';
import type { World } from '../world.ts';

export function notificationJourneys(world: World, hasMail: boolean): ContractCase[] {
  const { call, succeed } = world;
  const notify = async (waitee: { id: string; waitlistId: string }) => {
    const params = { id: waitee.waitlistId, waiteeId: waitee.id };
    return call('notifyWaitee', { params }, { accessToken: await world.ownerToken() });
  };

  const cases: ContractCase[] = [
    {
      route: 'notifyWaitee',
      name: 'reminds nobody who was not called',
      run: async () => {
        const refused = await notify(await world.newWaitee());
        assert.ok(!refused.ok && refused.error.code === 'not_called');
      },
    },
    {
      route: 'notifyWaitee',
      name: 'reminds nobody who left no address',
      run: async () => {
        const refused = await notify(await world.calledWaitee(''));
        assert.ok(!refused.ok && refused.error.code === 'no_contact');
      },
    },
    {
      route: 'listNotifications',
      name: 'shows the call of a guest, and by its filters no other’s',
      run: async () => {
        const accessToken = await world.ownerToken();
        const waitee = await world.calledWaitee();
        await world.calledWaitee();
        const query = { waitlistId: waitee.waitlistId };
        const { body } = await succeed('listNotifications', { query }, { accessToken });
        assert.deepEqual(
          body.items.map(({ waiteeId, kind }) => [waiteeId, kind]),
          [[waitee.id, 'called']],
        );
        const stranger = (await world.stranger()).session;
        const theirs = await succeed('listNotifications', { query }, { accessToken: stranger.accessToken });
        assert.deepEqual(theirs.body.items, []);
      },
    },
    {
      route: 'putNotificationTemplates',
      name: 'keeps templates, and refuses a placeholder that nothing would fill',
      run: async () => {
        const accessToken = await world.ownerToken();
        const params = { id: (await world.newWaitlist()).id };
        const before = await succeed('getNotificationTemplates', { params }, { accessToken });
        const body = { ...before.body, reminder: { subject: 'Hurry, {{ guest }}', text: 'Please.' } };
        await succeed('putNotificationTemplates', { params, body }, { accessToken });
        const after = await succeed('getNotificationTemplates', { params }, { accessToken });
        assert.deepEqual(after.body, body);
        const unknown = { ...body, called: { subject: 'Hello {{name}}', text: 'x' } };
        const refused = await call('putNotificationTemplates', { params, body: unknown }, { accessToken });
        assert.ok(!refused.ok && refused.error.details?.some(({ path }) => path === 'body.called.subject'));
      },
    },
  ];
  return hasMail ? [...cases, mailOfACall(world)] : cases;
}

function mailOfACall({ calledWaitee, mailTo, ownerToken, succeed }: World): ContractCase {
  return {
    route: 'listNotifications',
    name: 'mails a guest who is called, and says so',
    run: async () => {
      const address = `called-${randomUUID()}@example.com`;
      const waitee = await calledWaitee(address);
      const mail = await mailTo(address, ({ subject }) => subject.includes('is ready'));
      assert.match(mail.text, /Grace Hopper/);
      const accessToken = await ownerToken();
      const query = { waitlistId: waitee.waitlistId };
      const deadline = Date.now() + 10_000;
      for (;;) {
        const { body } = await succeed('listNotifications', { query }, { accessToken });
        if (body.items[0]?.status === 'sent') return;
        assert.ok(Date.now() < deadline, `the notification is ${body.items[0]?.status}, not sent`);
      }
    },
  };
}
