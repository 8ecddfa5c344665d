import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openSocket } from '../http/raw-client.ts';
import { encodeChunk, encodeLastChunk } from '../http/raw-request.ts';
import { readAnswer } from '../http/read-answer.ts';
import { type Gateway, startGateway } from '../stack/start-gateway.ts';
import { waitUntil } from '../stack/wait-until.ts';
import { startWitness, type Witness, type WitnessExchange } from '../witness/witness.ts';

const eventStream =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n';

describe('streams through the gateway', () => {
  let witness: Witness;
  let gateway: Gateway;
  let onExchange: (exchange: WitnessExchange) => void | Promise<void>;
  const arrived: Buffer[] = [];

  beforeAll(async () => {
    witness = await startWitness({
      answer: (exchange) => onExchange(exchange),
      onBodyBytes: (bytes) => void arrived.push(bytes),
    });
    gateway = await startGateway({ upstream: witness.url });
  });
  afterAll(async () => {
    await gateway.stop();
    await witness.close();
  });

  it('passes server-sent events one by one, each before the next is sent', async () => {
    let received = '';
    const { promise: whole, resolve: settle } = Promise.withResolvers<WitnessExchange>();
    onExchange = settle;
    const socket = openSocket(gateway.port);
    const ended = readAnswer(socket, 'GET', {
      onData: (bytes) => {
        received += bytes.toString();
      },
    });
    socket.write('GET /api/public/waitees/x HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n');
    const exchange = await whole;
    exchange.write(eventStream);
    for (let index = 0; index < 50; index += 1) {
      const event = `event: place\ndata: {"position":${index}}\n\n`;
      exchange.write(encodeChunk(Buffer.from(event)));
      await waitUntil(`event ${index} has arrived`, () => received.endsWith(event));
    }
    exchange.write(encodeLastChunk([]));
    expect(await ended).toMatchObject({ kind: 'whole' });
    socket.destroy();
  });

  it('passes the head of a stream before there is any event', async () => {
    const { promise: asked, resolve: settle } = Promise.withResolvers<WitnessExchange>();
    onExchange = settle;
    const socket = openSocket(gateway.port);
    const head = new Promise((resolve) => void readAnswer(socket, 'GET', { onHead: resolve }));
    socket.write('GET /events HTTP/1.1\r\nHost: a\r\n\r\n');
    (await asked).write(eventStream);
    expect(await head).toMatchObject({ startLine: 'HTTP/1.1 200 OK' });
    socket.destroy();
  });

  it('ends the upstream of a stream whose client has gone', async () => {
    const { promise: asked, resolve: settle } = Promise.withResolvers<WitnessExchange>();
    onExchange = settle;
    const socket = openSocket(gateway.port);
    const head = new Promise((resolve) => void readAnswer(socket, 'GET', { onHead: resolve }));
    socket.write('GET /events HTTP/1.1\r\nHost: a\r\n\r\n');
    const exchange = await asked;
    exchange.write(eventStream);
    await head;
    socket.destroy();
    await exchange.closed;
  });

  it('passes a request body piece by piece, each before the next is sent', async () => {
    arrived.length = 0;
    onExchange = async (exchange) => {
      await exchange.received;
      exchange.write('HTTP/1.1 204 No Content\r\n\r\n');
      exchange.finish();
    };
    const socket = openSocket(gateway.port);
    const ended = readAnswer(socket, 'POST');
    socket.write('POST /upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
    for (let index = 0; index < 20; index += 1) {
      const piece = `piece ${index};`;
      socket.write(encodeChunk(Buffer.from(piece)));
      await waitUntil(`${piece} has arrived`, () => Buffer.concat(arrived).toString().endsWith(piece));
    }
    socket.write(encodeLastChunk([]));
    expect(await ended).toMatchObject({ kind: 'whole' });
    socket.destroy();
  });

  it('passes an answer that comes before the request has been sent', async () => {
    onExchange = (exchange) => {
      exchange.write('HTTP/1.1 413 Too Much\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno');
      exchange.finish();
    };
    const socket = openSocket(gateway.port);
    let head = '';
    const ended = readAnswer(socket, 'POST', {
      onHead: ({ startLine }) => {
        head = startLine;
      },
    });
    socket.write('POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nonly this');
    expect(await ended).toMatchObject({ kind: 'whole' });
    expect(head).toBe('HTTP/1.1 413 Too Much');
    socket.destroy();
  });

  it('answers requests that were sent without waiting in their order', async () => {
    onExchange = (exchange) => {
      const target = exchange.head.startLine.split(' ')[1] ?? '';
      exchange.write(`HTTP/1.1 200 OK\r\nContent-Length: ${target.length}\r\n\r\n${target}`);
      exchange.finish();
    };
    const socket = openSocket(gateway.port);
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
    });
    const targets = Array.from({ length: 20 }, (_, index) => `/request-${index};`);
    socket.write(targets.map((target) => `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`).join(''));
    await waitUntil('all are answered', () => targets.every((target) => text.includes(target)));
    expect(text.match(/\/request-\d+;/g)).toEqual(targets);
    socket.destroy();
  });

  it('lets a client wait for 100 Continue', async () => {
    arrived.length = 0;
    onExchange = async (exchange) => {
      exchange.write('HTTP/1.1 100 Continue\r\n\r\n');
      await exchange.received;
      exchange.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      exchange.finish();
    };
    const socket = openSocket(gateway.port);
    const interim: string[] = [];
    const ended = readAnswer(socket, 'PUT', { onInterim: ({ startLine }) => void interim.push(startLine) });
    socket.write(
      'PUT /api/me/photo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n',
    );
    await waitUntil('the client was told to continue', () => interim.length > 0);
    socket.write('body');
    expect(await ended).toMatchObject({ kind: 'whole' });
    expect(interim).toEqual(['HTTP/1.1 100 Continue']);
    expect(Buffer.concat(arrived).toString()).toBe('body');
    socket.destroy();
  });
});
