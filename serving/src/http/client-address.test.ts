import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clientAddressOf } from './client-address.ts';

describe('the client’s address', () => {
  const server = createServer((request, response) => {
    response.end(clientAddressOf(request, Number(request.headers['x-hops'])));
  });
  let url: string;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
  });

  it.each([
    ['no proxy', 0, '192.0.2.1', '127.0.0.1'],
    ['one proxy', 1, '192.0.2.1', '192.0.2.1'],
    ['one proxy, and what the client wrote itself', 1, '10.0.0.1, 192.0.2.1', '192.0.2.1'],
    ['two proxies', 2, '10.0.0.1, 192.0.2.1, 10.1.1.1', '192.0.2.1'],
    ['two proxies, of which one is passed by', 2, '192.0.2.1', '127.0.0.1'],
    ['IPv6', 1, '2001:db8::1', '2001:db8::1'],
    ['what is no address', 1, 'unknown', '127.0.0.1'],
    ['nothing', 1, '', '127.0.0.1'],
  ])('behind %s is what our outermost proxy saw', async (_what, hops, forwarded, address) => {
    const answer = await fetch(url, { headers: { 'x-hops': String(hops), 'x-forwarded-for': forwarded } });
    expect(await answer.text()).toBe(address);
  });
});
