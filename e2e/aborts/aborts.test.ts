import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createRawClient, openSocket, sendOnce } from '../http/raw-client.ts';
import { noBody, type RawRequest, sizedBody } from '../http/raw-request.ts';
import { type Gateway, startGateway } from '../stack/start-gateway.ts';
import { waitUntil } from '../stack/wait-until.ts';
import { type ScriptedWitness, scriptHeader, startScriptedWitness } from '../witness/script.ts';
import { startWitness, type Witness } from '../witness/witness.ts';
import { deathMidBody } from './generate-death.ts';

const clientCount = 100;
const deathCount = 1_000;
const seed = 1;

describe('100 clients that go away before the first byte', () => {
  let witness: Witness;
  let gateway: Gateway;

  beforeAll(async () => {
    witness = await startWitness({ answer: () => undefined });
    gateway = await startGateway({ upstream: witness.url });
  });
  afterAll(async () => {
    await gateway.stop();
    await witness.close();
  });

  it.each([
    ['with their requests sent', 'GET /slow HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['with their requests half sent', 'POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nhalf'],
    [
      'between two chunks',
      'PUT /slow HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n',
    ],
  ])('leave no exchange at the upstream after a second, %s', async (_, request) => {
    const sockets = Array.from({ length: clientCount }, () => openSocket(gateway.port));
    for (const socket of sockets) socket.write(request);
    await waitUntil('all exchanges are open', () => witness.openExchanges() === clientCount);
    const leftAt = Date.now();
    for (const [index, socket] of sockets.entries()) {
      if (index % 2 === 0) socket.destroy();
      else socket.resetAndDestroy();
    }
    await waitUntil('no exchange is open', () => witness.openExchanges() === 0, 1_000);
    process.stdout.write(
      `aborts: ${clientCount} clients left, 0 exchanges after ${Date.now() - leftAt} ms\n`,
    );
  });
});

describe('1,000 upstreams that die in the middle of an answer', () => {
  let witness: ScriptedWitness;
  let gateway: Gateway;

  beforeAll(async () => {
    witness = await startScriptedWitness();
    gateway = await startGateway({ upstream: witness.url });
  });
  afterAll(async () => {
    await gateway.stop();
    await witness.close();
  });

  const ask = (id: string): RawRequest => ({
    method: 'GET',
    target: '/image',
    headers: [
      ['Host', 'a'],
      [scriptHeader, id],
    ],
    body: noBody,
  });
  /** With a body: a proxy may well forward these in another way. */
  const post = (id: string): RawRequest => ({ ...ask(id), method: 'POST', body: sizedBody('asked') });

  it('give no answer that looks whole', async () => {
    const deaths = fc.sample(deathMidBody, { seed, numRuns: deathCount }).entries();
    const counts: Record<string, number> = { 'cut off': 0, refused: 0 };
    const count = (what: string) => {
      counts[what] = (counts[what] ?? 0) + 1;
    };
    const lane = async () => {
      const client = createRawClient({ port: gateway.port });
      for (const [index, death] of deaths) {
        const id = `death-${index}`;
        witness.script(id, death);
        const request = index % 2 === 0 ? ask(id) : post(id);
        const outcome = await client.send(request);
        if (outcome.kind === 'cut-off') count('cut off');
        else if (outcome.kind === 'answered' && outcome.response.head.startLine.includes(' 502 '))
          count('refused');
        else count(`looks whole: ${request.method}, ${death.body.kind}, by ${death.cut?.by}`);
      }
      client.close();
    };
    await Promise.all(Array.from({ length: 8 }, lane));
    process.stdout.write(`aborts: ${deathCount} deaths mid-body (seed ${seed}): ${JSON.stringify(counts)}\n`);
    expect(counts).toEqual({ 'cut off': expect.any(Number), refused: expect.any(Number) });
    expect(counts['cut off']).toBeGreaterThan(deathCount / 2);
  });

  it('fail the body that fetch reads', async () => {
    const deaths = fc.sample(deathMidBody, { seed: seed + 1, numRuns: 40 });
    for (const [index, death] of deaths.entries()) {
      const id = `fetched-${index}`;
      witness.script(id, death);
      const url = `http://127.0.0.1:${gateway.port}/image`;
      const read = fetch(url, { headers: { [scriptHeader]: id } }).then(async (response) => {
        await response.arrayBuffer();
        return response.status;
      });
      const status = await read.catch(() => 'broken');
      expect(['broken', 502]).toContain(status);
    }
  });

  it('leave the gateway whole, with no exchange open', async () => {
    await waitUntil('no exchange is open', () => witness.openExchanges() === 0);
    const head = { startLine: 'HTTP/1.1 200 OK', headers: [['Content-Length', '2']] } as const;
    witness.script('well', { interim: [], head, body: { kind: 'sized', pieces: [Buffer.from('ok')] } });
    const outcome = await sendOnce({ port: gateway.port }, ask('well'));
    expect(outcome).toMatchObject({ kind: 'answered', response: { body: Buffer.from('ok') } });
  });
});
