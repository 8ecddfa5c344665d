import { createServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AnswerParser, MalformedAnswer } from './answer-parser.ts';

interface Seen {
  readonly parts: (string | readonly unknown[])[];
  readonly keepAlive: boolean;
  readonly done: boolean;
  readonly beyond: number;
}

/** Feeds the text in the given pieces, then the end of the connection, if `ends`. */
function parse(text: string, cuts: readonly number[] = [], method = 'GET', ends = false): Seen {
  const parts: (string | readonly unknown[])[] = [];
  let body = '';
  const parser = new AnswerParser(
    {
      information: (status, headers) => void parts.push(['information', status, headers]),
      head: (status, reason, headers) => void parts.push(['head', status, reason, headers]),
      body: (chunk) => {
        body += chunk.toString('latin1');
      },
      end: (trailers) => void parts.push(['end', body, trailers]),
    },
    4_096,
  );
  parser.begin(method);
  let beyond = 0;
  let from = 0;
  for (const cut of [...cuts, text.length]) {
    const piece = Buffer.from(text.slice(from, cut), 'latin1');
    from = cut;
    if (piece.length === 0) continue;
    if (parser.done) beyond += piece.length;
    else beyond += parser.feed(piece);
    // What was fed is lent: the parser may not rely on it afterwards.
    piece.fill(0x21);
  }
  if (ends) parser.finish();
  return { parts, keepAlive: parser.keepAlive, done: parser.done, beyond };
}

const head = 'HTTP/1.1 200 OK\r\n';

describe('answer parser', () => {
  it.each([
    ['sized', `${head}X-A: b\r\nContent-Length: 3\r\n\r\nabc`, ['end', 'abc', []], true],
    ['empty', `${head}Content-Length: 0\r\n\r\n`, ['end', '', []], true],
    [
      'chunked',
      `${head}Transfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n`,
      ['end', 'abc0123456789', []],
      true,
    ],
    [
      'chunked with trailers',
      `${head}Transfer-Encoding: chunked\r\n\r\n1 \r\na\r\n000\r\nX: 1\r\nY:\t2 \r\n\r\n`,
      ['end', 'a', ['X', '1', 'Y', '2']],
      true,
    ],
    ['closing', `${head}Connection: x, Close\r\nContent-Length: 1\r\n\r\na`, ['end', 'a', []], false],
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na', ['end', 'a', []], false],
    [
      'HTTP/1.0 that is kept',
      'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\na',
      ['end', 'a', []],
      true,
    ],
    ['204', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n', ['end', '', []], true],
    ['304', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n', ['end', '', []], true],
    ['without headers or reason', 'HTTP/1.1 204\r\n\r\n', ['end', '', []], true],
  ])('reads an answer that is %s, however it is cut', (_, text, end, keepAlive) => {
    const whole = parse(text);
    expect(whole.parts.at(-1)).toEqual(end);
    expect(whole).toMatchObject({ keepAlive, done: true, beyond: 0 });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: text.length }), { maxLength: 6 }), (cuts) => {
        expect(
          parse(
            text,
            cuts.sort((a, b) => a - b),
          ),
        ).toEqual(whole);
      }),
      { numRuns: 60, seed: 2 },
    );
    expect(
      parse(
        text,
        [...text].map((_c, i) => i),
      ),
    ).toEqual(whole);
  });

  it('reads an answer without a length to the end of the connection, and no further', () => {
    const text = `${head}\r\nabc`;
    expect(parse(text).done).toBe(false);
    expect(parse(text, [], 'GET', true)).toMatchObject({ done: true, keepAlive: false });
    for (const half of [
      `${head}Content-Length: 4\r\n\r\nabc`,
      `${head}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`,
      head,
    ]) {
      expect(parse(half, [], 'GET', true).done).toBe(false);
    }
  });

  it('expects no body in an answer to HEAD', () => {
    expect(parse(`${head}Content-Length: 5\r\n\r\n`, [], 'HEAD')).toMatchObject({
      done: true,
      keepAlive: true,
    });
    expect(parse(`${head}Transfer-Encoding: chunked\r\n\r\n`, [], 'HEAD').done).toBe(true);
  });

  it('reads interim answers, and what is beyond the end', () => {
    const text = `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n${head}Content-Length: 1\r\n\r\nabc`;
    const { parts, beyond } = parse(text);
    expect(parts.map(([kind, status]) => `${kind} ${status}`)).toEqual([
      'information 100',
      'information 103',
      'head 200',
      'end a',
    ]);
    expect(beyond).toBe(2);
  });

  it('keeps names, repeats and Latin-1 values, and strips nothing but spaces and tabs', () => {
    const { parts } = parse(`${head}x-A:  b\t\r\nX-a:\r\nX-L: \xa0caf\xe9\xa0\r\nContent-Length: 0\r\n\r\n`);
    expect(parts[0]).toEqual([
      'head',
      200,
      'OK',
      ['x-A', 'b', 'X-a', '', 'X-L', '\xa0caf\xe9\xa0', 'Content-Length', '0'],
    ]);
  });

  it.each([
    ['another protocol', 'SSH-2.0-x\r\n\r\n'],
    ['another protocol, at its first bytes', 'ICY 200 OK'],
    ['HTTP/2', 'HTTP/2.0 200 OK\r\n\r\n'],
    ['HTTP/1.2', 'HTTP/1.2 200 OK\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['a status below 100', 'HTTP/1.1 099 OK\r\n\r\n'],
    ['an unasked switch of protocols', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n'],
    ['a header without a colon', `${head}nonsense\r\nX: y\r\n\r\n`],
    ['two lengths', `${head}Content-Length: 1\r\nContent-Length: 1\r\n\r\na`],
    ['a signed length', `${head}Content-Length: +1\r\n\r\na`],
    ['an empty length', `${head}Content-Length:\r\n\r\na`],
    ['a list of lengths', `${head}Content-Length: 1, 1\r\n\r\na`],
    ['a length beside chunked', `${head}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['chunked twice', `${head}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['another coding', `${head}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
    ['chunked from HTTP/1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a chunk size that is none', `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`],
    ['a signed chunk size', `${head}Transfer-Encoding: chunked\r\n\r\n+1\r\na\r\n`],
    ['an empty chunk size', `${head}Transfer-Encoding: chunked\r\n\r\n\r\n`],
    ['a chunk size beyond reason', `${head}Transfer-Encoding: chunked\r\n\r\nfffffffffffff\r\n`],
    ['a bare LF after a chunk size', `${head}Transfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n`],
    ['a chunk longer than it says', `${head}Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n`],
    ['too large a head', `${head}X: ${'a'.repeat(5_000)}`],
    ['too large a chunk line', `${head}Transfer-Encoding: chunked\r\n\r\n1;${'a'.repeat(5_000)}`],
    ['too large a trailer', `${head}Transfer-Encoding: chunked\r\n\r\n0\r\nX: ${'a'.repeat(5_000)}`],
  ])('calls %s malformed', (_, text) => {
    expect(() => parse(text)).toThrow(MalformedAnswer);
  });

  it('never throws anything else, nor completes an answer twice, whatever comes', () => {
    const piece = fc.constantFrom(
      'HTTP/1.1 ',
      '200 ',
      'OK',
      '\r\n',
      '\r\n\r\n',
      '\n',
      'Content-Length: ',
      '5',
      'Transfer-Encoding: chunked',
      'a',
      '0',
      ':',
      ' ',
      '\0',
      'Connection: close',
      'ff',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = `${pieces.length % 2 === 0 ? head : ''}${pieces.join('')}`;
        try {
          expect(
            parse(text, [], 'GET', true).parts.filter(([kind]) => kind === 'end').length,
          ).toBeLessThanOrEqual(1);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedAnswer);
        }
      }),
      { numRuns: 4_000, seed: 9 },
    );
  });

  it('reads every answer that Node’s server writes the way that Node’s client does', async () => {
    const answers = fc.record({
      status: fc.constantFrom(200, 201, 204, 304, 404, 500),
      method: fc.constantFrom('GET', 'HEAD'),
      sized: fc.boolean(),
      body: fc.array(fc.uint8Array({ minLength: 1, maxLength: 3_000 }), { maxLength: 4 }),
      headers: fc.array(
        fc.tuple(fc.stringMatching(/^[xX]-[A-Za-z0-9]{1,8}$/), fc.stringMatching(/^[!-~][ -~]{0,20}[!-~]$/)),
        { maxLength: 6 },
      ),
    });
    const wires: string[] = [];
    const nodes: unknown[] = [];
    await fc.assert(
      fc.asyncProperty(answers, async (answer) => {
        const server = createServer((_, res) => {
          res.sendDate = false;
          const flat = answer.headers.flat();
          if (answer.sized)
            flat.push('Content-Length', String(answer.body.reduce((sum, part) => sum + part.length, 0)));
          res.writeHead(answer.status, flat);
          for (const part of answer.body) res.write(part);
          res.end();
        }).listen(0, '127.0.0.1');
        await new Promise((resolve) => server.once('listening', resolve));
        const wire = await rawAnswer(server.address() as AddressInfo, answer.method);
        const replay = createTcpServer((socket) => socket.end(Buffer.from(wire, 'latin1'))).listen(
          0,
          '127.0.0.1',
        );
        await new Promise((resolve) => replay.once('listening', resolve));
        const theirs = await nodeAnswer(replay.address() as AddressInfo, answer.method);
        const { parts } = parse(wire, [], answer.method, true);
        const [, status, reason, headers] = parts[0] as readonly unknown[];
        const body = (parts[1] as readonly unknown[])[1];
        expect({ status, reason, headers, body }).toEqual(theirs);
        wires.push(wire);
        nodes.push(theirs);
        server.close();
        server.closeAllConnections();
        replay.close();
      }),
      { numRuns: 60, seed: 13 },
    );
    process.stdout.write(
      `answer parser: ${wires.length} generated answers, all read as Node's client reads them\n`,
    );
    expect(nodes).toHaveLength(wires.length);
  });
});

async function rawAnswer({ port }: AddressInfo, method: string): Promise<string> {
  const { rawClient } = await import('../../testing/raw-client.ts');
  const client = await rawClient(port);
  client.send(`${method} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  return client.untilClosed();
}

function nodeAnswer({ port }: AddressInfo, method: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', method, agent: false }, (res: IncomingMessage) => {
      let body = '';
      res.setEncoding('latin1');
      res.on('data', (text: string) => {
        body += text;
      });
      res.on('end', () =>
        resolve({ status: res.statusCode, reason: res.statusMessage, headers: res.rawHeaders, body }),
      );
    })
      .on('error', reject)
      .end();
  });
}
