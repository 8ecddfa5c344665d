import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { describeTakenPorts, takenPorts } from './check-ports.ts';
import { freePort } from './free-port.ts';

async function listener(): Promise<{ port: number; close: () => void }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

describe('port check', () => {
  it('reports every port that is taken at once, with who holds it and what would move it', async () => {
    const [a, b] = [await listener(), await listener()];
    const free = await freePort();
    const taken = await takenPorts(
      [
        { variable: 'GATEWAY_PORT', port: a.port },
        { variable: 'OPS_PORT', port: free },
        { variable: 'MONOLITH_PORT', port: b.port },
      ],
      0,
    );
    a.close();
    b.close();
    expect(taken.map(({ port, holder }) => [port, holder?.pid])).toEqual([
      [a.port, process.pid],
      [b.port, process.pid],
    ]);
    expect(taken[0]?.holder).toMatchObject({ command: expect.stringContaining('jest') });
    const text = describeTakenPorts(taken);
    expect(text).toContain(`${a.port}  (GATEWAY_PORT)  process ${process.pid}: `);
    expect(text).toContain('2 ports are taken');
    expect(text).toContain('(MONOLITH_PORT)');
  });

  it('has nothing to say of ports that are free', async () => {
    expect(await takenPorts([{ variable: 'OPS_PORT', port: await freePort() }], 0)).toEqual([]);
  });
});
