import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { killGateways, listeningGateway, planFile, program, runGateway } from './testing/gateway-process.ts';
import { httpUpstream } from './testing/http-upstream.ts';
import { rawClient } from './testing/raw-client.ts';
import { until } from './testing/until.ts';

afterEach(killGateways);

describe('banyan-gateway', () => {
  it('names every fault of environment and plan file at once, and exits with 1', async () => {
    const file = planFile('default: legacy:4000\ncapabilties: {}\nlimits: { maxHeaderLines: many }\n');
    const run = runGateway(['--plan', file, '--port', '70000'], {
      LOG_LEVEL: 'loud',
      DRAIN_DEADLINE_MS: 'soon',
    });
    expect(await run.exited).toBe(1);
    for (const place of [
      'GATEWAY_PORT: ',
      'LOG_LEVEL: ',
      'DRAIN_DEADLINE_MS: ',
      ':1:10 default: ',
      ':2:1 capabilties: ',
      ':3:27 limits.maxHeaderLines: ',
    ]) {
      expect(run.errors).toContain(place);
    }
    expect(run.errors).toContain('did you mean "capabilities"?');
    expect(run.output).toBe('');
  });

  it('says that a plan is needed, or that it can’t be read', async () => {
    const none = runGateway([], { GATEWAY_PLAN: '' });
    expect(await none.exited).toBe(1);
    expect(none.errors).toContain('a plan is required');
    const missing = runGateway(['--plan', '/nowhere/plan.yaml']);
    expect(await missing.exited).toBe(1);
    expect(missing.errors).toContain('/nowhere/plan.yaml: cannot be read (ENOENT)');
  });

  it('checks a plan without starting', async () => {
    const run = runGateway([
      '--check',
      '--plan',
      planFile('default: http://a\ncapabilities: { b: { routes: [GET /c] } }'),
    ]);
    expect(await run.exited).toBe(0);
    expect(run.output).toMatch(/^The plan is valid\.[\s\S]*\n {2}GET \/c\n$/);
  });

  it('prints its help, and exits with 2 on a flag that it does not know', async () => {
    const help = runGateway(['--help']);
    expect(await help.exited).toBe(0);
    expect(help.output).toContain('--plan <file>');
    const wrong = runGateway(['--plam', 'x']);
    expect(await wrong.exited).toBe(2);
    expect(wrong.errors).toContain('--plam');
  });

  it('says so when its port is taken, and exits with 1', async () => {
    const upstream = await httpUpstream((_, res) => void res.end());
    const run = runGateway([
      '--plan',
      planFile('default: http://a'),
      '--host',
      '127.0.0.1',
      '--port',
      String(upstream.port),
      '--ops-port',
      '0',
    ]);
    expect(await run.exited).toBe(1);
    expect(run.errors).toContain('EADDRINUSE');
    await upstream.close();
  });
});

describe('SIGTERM', () => {
  it('finishes what is in flight, refuses what is new, and exits with 0', async () => {
    const waiting: ServerResponse[] = [];
    const upstream = await httpUpstream((_, res) => void waiting.push(res));
    const run = await listeningGateway(`default: http://127.0.0.1:${upstream.port}`, {
      DRAIN_DELAY_MS: '500',
    });
    expect((await fetch(`http://127.0.0.1:${run.opsPort}/readyz`)).status).toBe(200);
    const client = await rawClient(run.port);
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    const idle = await rawClient(run.port);
    await until('it is upstream', () => waiting.length === 1);
    run.child.kill('SIGTERM');
    await until(
      'it is unready',
      async () => (await fetch(`http://127.0.0.1:${run.opsPort}/readyz`)).status === 503,
    );
    await until('new connections are refused', () => refusesConnections(run.port));
    waiting[0]?.end('finished');
    expect(await client.untilClosed()).toMatch(
      /^HTTP\/1.1 200 OK\r\n[\s\S]*Connection: close\r\n[\s\S]*finished$/,
    );
    await idle.untilClosed();
    expect(await run.exited).toBe(0);
    expect(run.output).toContain('"drained"');
    await upstream.close();
  });

  it('cuts off what outlasts the deadline, and still exits with 0', async () => {
    const upstream = await httpUpstream((_, res) => void res.write('for ever'));
    const run = await listeningGateway(`default: http://127.0.0.1:${upstream.port}`, {
      DRAIN_DEADLINE_MS: '200',
    });
    const client = await rawClient(run.port);
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.until('for ever');
    run.child.kill('SIGTERM');
    await client.untilClosed();
    expect(client.closed).toBe('reset');
    expect(await run.exited).toBe(0);
    expect(run.output).toContain('"failure":"drain-deadline"');
    await upstream.close();
  });

  it('to the shell of an npx drains the gateway that ran in it', async () => {
    const upstream = await httpUpstream((_, res) => void res.end());
    const command = `"${process.execPath}" "${program}" --plan "${planFile(`default: http://127.0.0.1:${upstream.port}`)}" --port 0 --ops-port 0; true`;
    const shell = spawn('sh', ['-c', command], { env: { ...process.env, npm_lifecycle_event: 'npx' } });
    let output = '';
    shell.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    await until('it listens', () => output.includes('"listening"'));
    // Closed once the last process that writes to it is gone.
    const closed = once(shell, 'close');
    shell.kill('SIGTERM');
    await closed;
    expect(output).toContain('"drained"');
    await upstream.close();
  });

  it('given twice, ends at once with 1', async () => {
    const upstream = await httpUpstream(() => {});
    const run = await listeningGateway(`default: http://127.0.0.1:${upstream.port}`);
    const client = await rawClient(run.port);
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    run.child.kill('SIGTERM');
    await until(
      'it drains',
      () => run.output.includes('"draining"') || run.child.exitCode !== null,
      3_000,
    ).catch(() => {});
    run.child.kill('SIGTERM');
    expect(await run.exited).toBe(1);
    client.socket.destroy();
    await upstream.close();
  });
});

// Memory is read from /proc.
(existsSync('/proc/self/status') ? describe : describe.skip)('a large body', () => {
  const bytes = 200_000_000;

  it('streams down and up with the gateway under 150 MB', async () => {
    const upstream = await httpUpstream((req, res) =>
      req.method === 'GET' ? download(res) : upload(req, res),
    );
    const run = await listeningGateway(`default: http://127.0.0.1:${upstream.port}`);
    let highest = 0;
    const watch = setInterval(() => {
      highest = Math.max(highest, run.memoryBytes());
    }, 20);
    const down = await fetch(`http://127.0.0.1:${run.port}/`);
    let received = 0;
    for await (const chunk of down.body ?? []) received += chunk.length;
    const sent = await send(run.port);
    clearInterval(watch);
    process.stdout.write(
      `200 MB down and up: ${received} and ${sent} bytes, gateway at most ${Math.round(highest / 1e6)} MB\n`,
    );
    expect({ received, sent }).toEqual({ received: bytes, sent: String(bytes) });
    expect(highest).toBeLessThan(150_000_000);
    run.child.kill('SIGTERM');
    await run.exited;
    await upstream.close();
  });

  function download(res: ServerResponse): void {
    const chunk = Buffer.alloc(100_000, 'x');
    let left = bytes / chunk.length;
    const more = () => {
      while (left > 0) {
        left -= 1;
        if (left === 0) res.end(chunk);
        else if (!res.write(chunk)) return void res.once('drain', more);
      }
    };
    more();
  }

  function upload(req: IncomingMessage, res: ServerResponse): void {
    let received = 0;
    req.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    req.on('end', () => res.end(String(received)));
  }

  async function send(port: number): Promise<string> {
    let left = bytes;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        const chunk = Math.min(100_000, left);
        left -= chunk;
        controller.enqueue(new Uint8Array(chunk));
        if (left === 0) controller.close();
      },
    });
    return (
      await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body, duplex: 'half' } as RequestInit)
    ).text();
  }
});

async function refusesConnections(port: number): Promise<boolean> {
  try {
    (await rawClient(port)).socket.destroy();
    return false;
  } catch {
    return true;
  }
}
