import { once } from 'node:events';
import {
  type CallInput,
  createClient,
  type LiveMessage,
  liveCloseCodes,
  liveMessage,
  livePath,
  type PlaceEvent,
  placeEvent,
  type RouteName,
  type RouteOf,
} from '@banyan/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { startWhole, type Whole } from '../stack/start-whole.ts';
import { waitUntil } from '../stack/wait-until.ts';

describe('live views through the gateway', () => {
  let whole: Whole;
  let accessToken: string;

  beforeAll(async () => {
    whole = await startWhole();
    const host = { email: 'host@example.com', password: 'correct horse', displayName: 'Ada' };
    accessToken = (await succeed('register', { body: host })).accessToken;
  }, 60_000);
  afterAll(() => whole?.stop(), 30_000);

  async function succeed<N extends RouteName>(name: N, input: CallInput<RouteOf<N>>) {
    const client = createClient({ baseUrl: whole.gatewayUrl, accessToken: () => accessToken });
    const result = await client.call(name, input);
    if (!result.ok) throw new Error(`${name} answered ${result.status}: ${JSON.stringify(result.error)}`);
    return (result as Extract<typeof result, { ok: true }>).body;
  }

  /** The events of a guest's own place, as they arrive. */
  async function followPlace(token: string) {
    const events: PlaceEvent[] = [];
    const response = await fetch(`${whole.gatewayUrl}/api/public/waitees/${token}`, {
      headers: { accept: 'text/event-stream' },
    });
    const ended = (async () => {
      let text = '';
      for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        text += piece;
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        events.push(...blocks.flatMap(readEvent));
      }
    })();
    return { events, ended };
  }

  async function followBoard(waitlistId: string, token = accessToken) {
    const messages: LiveMessage[] = [];
    const socket = new WebSocket(`${whole.gatewayUrl.replace('http', 'ws')}${livePath}`);
    socket.on('message', (data) => messages.push(liveMessage.parse(JSON.parse(String(data)))));
    const closed = once(socket, 'close');
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'follow', accessToken: token, waitlistId }));
    return { messages, socket, closed };
  }

  it('a guest is told of each change of their place, and when it is gone', async () => {
    const waitlist = await succeed('createWaitlist', { body: { name: 'Chez Ada' } });
    const params = { id: waitlist.id };
    const { token } = await succeed('joinWaitlist', {
      params: { slug: waitlist.slug },
      body: { name: 'Grace', partySize: 2 },
    });
    const [waitee] = (await succeed('listWaitees', { params })).items;
    const waiteeParams = { ...params, waiteeId: waitee?.id ?? '' };

    const { events, ended } = await followPlace(token);
    const latest = () => events.at(-1);
    await waitUntil('the place as it is', () => latest()?.event === 'place');
    expect(latest()).toMatchObject({ data: { status: 'waiting', position: 1 } });
    await succeed('setWaiteeStatus', { params: waiteeParams, body: { status: 'called' } });
    await waitUntil('the call', () => {
      const event = latest();
      return event?.event === 'place' && event.data.status === 'called';
    });
    await succeed('deleteWaitee', { params: waiteeParams });
    await ended;
    expect(latest()?.event).toBe('gone');
  });

  it('a host’s board follows its list until it is gone', async () => {
    const waitlist = await succeed('createWaitlist', { body: { name: 'Chez Ada' } });
    const { messages, closed } = await followBoard(waitlist.id);
    const names = () => {
      const latest = messages.at(-1);
      return latest?.type === 'board' ? latest.waitees.map(({ name }) => name) : undefined;
    };
    await waitUntil('the board', () => names()?.length === 0);
    for (const name of ['Grace', 'Joan']) {
      await succeed('createWaitee', { params: { id: waitlist.id }, body: { name, partySize: 2 } });
      await waitUntil(`${name} is on the board`, () => names()?.includes(name) ?? false);
    }
    await succeed('deleteWaitlist', { params: { id: waitlist.id } });
    expect((await closed)[0]).toBe(liveCloseCodes.gone);
    expect(messages.at(-1)).toEqual({ type: 'gone', waitlistId: waitlist.id });
  });

  it('a board without a good token is refused with the contract’s close code', async () => {
    const waitlist = await succeed('createWaitlist', { body: { name: 'Chez Ada' } });
    const { messages, closed } = await followBoard(waitlist.id, 'not-a-token');
    expect((await closed)[0]).toBe(liveCloseCodes.refused);
    expect(messages).toMatchObject([{ type: 'refused', code: 'unauthorized' }]);
  });
});

/** Comments, which keep a silent stream open, are no events. */
function readEvent(block: string): PlaceEvent[] {
  const fields = new Map(block.split('\n').map((line) => line.split(/:\s*(.*)/s) as [string, string]));
  const event = fields.get('event');
  return event === undefined
    ? []
    : [placeEvent.parse({ event, data: JSON.parse(fields.get('data') ?? 'null') })];
}
