/** `node generator.ts SPEC`: sends what the spec (JSON, a LoadSpec) says, and prints a LoadReport as JSON. */
import net from 'node:net';
import { createMessageReader } from '../http/message-reader.ts';
import { clientHeaders, type RequestShape } from '../scenarios.ts';
import { exitWithParent } from '../servers/exit-with-parent.ts';
import { createArrivals, createRandom } from './arrivals.ts';
import { createHistogram } from './histogram.ts';
import type { LoadReport, LoadSpec } from './load.ts';

/** How long answers may still come in once sending has stopped. */
const graceMs = 5_000;

interface Connection {
  /** When the request that is being answered was due; undefined while none is. */
  sentAtMs: number | undefined;
  write(request: Buffer): void;
  destroy(): void;
}

function requestBytes({ method, path, body }: RequestShape): Buffer {
  const clientLines = Object.entries(clientHeaders).map(([name, value]) => `${name}: ${value}`);
  const bodyLines =
    body === undefined
      ? []
      : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`];
  return Buffer.from(
    [`${method} ${path} HTTP/1.1`, 'Host: 127.0.0.1', ...clientLines, ...bodyLines, '', body ?? ''].join(
      '\r\n',
    ),
  );
}

function send(spec: LoadSpec): Promise<LoadReport> {
  const prepared = spec.requests.map(requestBytes);
  const histogram = createHistogram();
  const connections = new Set<Connection>();
  const idle: Connection[] = [];
  /** When each request arrived that found no idle connection, so that its wait is part of its latency. */
  const waiting: number[] = [];
  const startMs = performance.now();
  const endMs = startMs + spec.seconds * 1_000;
  const arrivals =
    spec.ratePerSecond === undefined
      ? undefined
      : createArrivals(spec.ratePerSecond, startMs, createRandom(42));
  let sent = 0;
  let answered = 0;
  let errors = 0;

  function exchange(connection: Connection, dueMs: number): void {
    connection.sentAtMs = dueMs;
    connection.write(prepared[sent % prepared.length] ?? Buffer.alloc(0));
    sent += 1;
  }

  function sendArrivals(nowMs: number): void {
    if (arrivals === undefined || nowMs >= endMs) return;
    for (let due = arrivals.takeDue(nowMs); due > 0; due -= 1) {
      const connection = idle.pop();
      if (connection === undefined) waiting.push(nowMs);
      else exchange(connection, nowMs);
    }
  }

  function next(connection: Connection, nowMs: number): void {
    connection.sentAtMs = undefined;
    const dueMs = arrivals === undefined ? nowMs : waiting.shift();
    if (dueMs === undefined || nowMs >= endMs) idle.push(connection);
    else exchange(connection, dueMs);
    sendArrivals(nowMs);
  }

  function connect(): void {
    const socket = net.connect({ port: spec.port, host: '127.0.0.1', noDelay: true });
    const connection: Connection = {
      sentAtMs: undefined,
      write: (request) => socket.write(request),
      destroy: () => socket.destroy(),
    };
    const read = createMessageReader((statusLine) => {
      const nowMs = performance.now();
      if (connection.sentAtMs !== undefined && statusLine.startsWith('HTTP/1.1 2')) {
        answered += 1;
        histogram.record((nowMs - connection.sentAtMs) * 1_000);
      } else {
        errors += 1;
      }
      next(connection, nowMs);
    });
    socket.on('connect', () => next(connection, performance.now()));
    socket.on('data', (bytes: Buffer) => {
      try {
        read(bytes);
      } catch (error) {
        socket.destroy(error instanceof Error ? error : new Error('unreadable answer'));
      }
    });
    socket.on('error', () => undefined); // 'close' follows, and counts it
    socket.on('close', () => {
      connections.delete(connection);
      if (!stopped) errors += 1;
    });
    connections.add(connection);
  }

  let stopped = false;
  for (let count = 0; count < spec.connections; count += 1) connect();

  return new Promise((resolve) => {
    const ticker = setInterval(() => {
      const nowMs = performance.now();
      sendArrivals(nowMs);
      const settled = nowMs >= endMs && idle.length >= connections.size;
      if (!settled && nowMs < endMs + graceMs) return;
      clearInterval(ticker);
      stopped = true;
      errors += [...connections].filter((connection) => connection.sentAtMs !== undefined).length;
      for (const connection of connections) connection.destroy();
      resolve({
        requests: answered,
        seconds: spec.seconds,
        errors,
        latencyUs: {
          p50: Math.round(histogram.quantile(0.5)),
          p90: Math.round(histogram.quantile(0.9)),
          p99: Math.round(histogram.quantile(0.99)),
          p999: Math.round(histogram.quantile(0.999)),
        },
      });
    }, 1);
  });
}

exitWithParent();
const report = await send(JSON.parse(process.argv[2] ?? '') as LoadSpec);
process.stdout.write(JSON.stringify(report), () => process.exit(0));
