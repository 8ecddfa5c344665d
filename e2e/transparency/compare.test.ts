import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Head, Header } from '../http/message.ts';
import { sendOnce } from '../http/raw-client.ts';
import { noBody } from '../http/raw-request.ts';
import { type ScriptedWitness, scriptHeader, startScriptedWitness } from '../witness/script.ts';
import { compareOutcomes, type Difference } from './compare.ts';
import type { Judged } from './report.ts';
import { type ProxyFault, startUnfaithfulProxy } from './unfaithful-proxy.ts';
import { compareOnWitness } from './witness-suite.ts';

const withHeaders = (change: (headers: readonly Header[]) => readonly Header[]) => ({
  answer: ((response) => ({
    ...response,
    head: { ...response.head, headers: change(response.head.headers) },
  })) satisfies ProxyFault['answer'],
});
const withRequestHeaders = (change: (headers: readonly Header[]) => readonly Header[]): ProxyFault => ({
  request: (request) => ({ ...request, headers: change(request.headers) }),
});
const lowerCased = (headers: readonly Header[]) =>
  headers.map(([name, value]): Header => [name.toLowerCase(), value]);
const lastOfEach = (headers: readonly Header[]) => [
  ...new Map(headers.map((header) => [header[0].toLowerCase(), header])).values(),
];
const resized = (head: Head, length: number): Head => ({
  ...head,
  headers: head.headers.map(([name, value]) => [
    name,
    /^content-length$/i.test(name) ? String(length) : value,
  ]),
});

const faults: readonly (readonly [string, Difference['where'], ProxyFault])[] = [
  ['lower-cases header names', 'headers', withHeaders(lowerCased)],
  ['keeps the last of repeated headers', 'headers', withHeaders(lastOfEach)],
  ['sorts headers', 'headers', withHeaders((headers) => headers.toSorted())],
  ['adds a header', 'headers', withHeaders((headers) => [...headers, ['Via', '1.1 proxy']])],
  [
    'reads header values as UTF-8',
    'headers',
    withHeaders((headers) => headers.map(([name, value]) => [name, value.replace(/[\x80-\xff]/g, '?')])),
  ],
  [
    'corrects the reason phrase',
    'status line',
    {
      answer: (response) => ({
        ...response,
        head: { ...response.head, startLine: response.head.startLine.replace(/(\d\d\d) .*/, '$1 OK') },
      }),
    },
  ],
  [
    'keeps early hints to itself',
    'interim answers',
    { answer: (response) => ({ ...response, interim: [] }) },
  ],
  ['drops trailers', 'trailers', { answer: (response) => ({ ...response, trailers: [] }) }],
  [
    'adds a byte to bodies',
    'body',
    {
      answer: (response) => {
        if (response.framing === 'none' || response.body.length === 0) return response;
        const body = Buffer.concat([response.body, Buffer.of(10)]);
        return { ...response, body, head: resized(response.head, body.length) };
      },
    },
  ],
  [
    'sends sized bodies in chunks',
    'framing',
    {
      answer: (response) => {
        if (response.framing !== 'sized') return response;
        const headers = response.head.headers.filter(([name]) => !/^content-length$/i.test(name));
        const head = { ...response.head, headers: [...headers, ['Transfer-Encoding', 'chunked'] as const] };
        return { ...response, framing: 'chunked', head };
      },
    },
  ],
  ['sends requests twice', 'upstream: count', { copies: 2 }],
  [
    'decodes paths',
    'upstream: request line',
    { request: (request) => ({ ...request, target: request.target.replaceAll('%2F', '/') }) },
  ],
  ['lower-cases the names of request headers', 'upstream: headers', withRequestHeaders(lowerCased)],
  ['keeps the last of repeated request headers', 'upstream: headers', withRequestHeaders(lastOfEach)],
  [
    'sends chunked requests sized',
    'upstream: framing',
    {
      request: (request) =>
        request.body.kind === 'chunked'
          ? { ...request, body: { kind: 'sized', bytes: Buffer.concat(request.body.chunks) } }
          : request,
    },
  ],
  [
    'drops the trailers of requests',
    'upstream: trailers',
    {
      request: (request) =>
        request.body.kind === 'chunked' ? { ...request, body: { ...request.body, trailers: [] } } : request,
    },
  ],
  [
    'cuts request bodies',
    'upstream: body',
    {
      request: (request) =>
        request.body.kind === 'sized'
          ? { ...request, body: { kind: 'sized', bytes: request.body.bytes.subarray(1) } }
          : request,
    },
  ],
];

describe('comparison', () => {
  let witness: ScriptedWitness;
  beforeAll(async () => {
    witness = await startScriptedWitness();
  });
  afterAll(() => witness.close());

  async function compareThrough(fault: ProxyFault): Promise<Judged[]> {
    const proxy = await startUnfaithfulProxy(witness.port, fault);
    try {
      return await compareOnWitness({ witness, gatewayPort: proxy.port, seed: 7, requests: 120 });
    } finally {
      await proxy.close();
    }
  }

  it('finds nothing in a proxy that changes nothing', async () => {
    const judged = await compareThrough({});
    expect(judged.flatMap(({ differences }) => differences)).toEqual([]);
  });

  it.each(faults)('finds a proxy that %s', async (_, where, fault) => {
    const judged = await compareThrough(fault);
    const places = judged.flatMap(({ differences }) => differences.map((difference) => difference.where));
    expect(places).toContain(where);
  });

  it('finds a proxy that fakes the end of an answer that was cut off', async () => {
    const proxy = await startUnfaithfulProxy(witness.port, { fakesEnds: true });
    const request = {
      method: 'GET',
      target: '/',
      headers: [
        ['Host', 'a'],
        [scriptHeader, 'cut'],
      ],
      body: noBody,
    } as const;
    const head = { startLine: 'HTTP/1.1 200 OK', headers: [['Content-Length', '5']] } as const;
    witness.script('cut', {
      interim: [],
      head,
      body: { kind: 'sized', pieces: [Buffer.from('whole')] },
      cut: { afterBytes: 40, by: 'end' },
    });
    const direct = await sendOnce({ port: witness.port }, request);
    const faked = await sendOnce({ port: proxy.port }, request);
    await proxy.close();
    expect(compareOutcomes(direct, faked, (response) => response)).toMatchObject([{ where: 'outcome' }]);
  });
});
