import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { z } from 'zod';

export interface StartMeasurement {
  readonly bytes: number;
  /** From the first line of the bundle to the last. */
  readonly initMs: number;
  /** Each of the given calls, one after another: the first is the one that opens connections. */
  readonly calls: readonly { readonly status: number; readonly tookMs: number }[];
}

export interface MeasureOptions {
  /** A bundle that exports `handler`, as CommonJS. */
  readonly bundle: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly events: readonly APIGatewayProxyEventV2[];
}

const figures = z.object({
  initMs: z.number(),
  calls: z.array(z.object({ status: z.number(), tookMs: z.number() })),
});

/** In the process that is measured. Its result goes to a channel of its own, since functions log to standard output. */
const program = `
  const fs = require('node:fs');
  const { bundle, events } = JSON.parse(fs.readFileSync(0, 'utf8'));
  const startedAt = performance.now();
  const { handler } = require(bundle);
  const initMs = performance.now() - startedAt;
  (async () => {
    const calls = [];
    for (const event of events) {
      const calledAt = performance.now();
      const { statusCode: status } = await handler(event, {});
      calls.push({ status, tookMs: performance.now() - calledAt });
    }
    fs.writeSync(2, JSON.stringify({ initMs, calls }));
    process.exit(0);
  })();
`;

/** Starts a bundled function once in a process of its own, calls it, and says how long each step took. */
export async function measureStart({
  bundle,
  environment,
  events,
}: MeasureOptions): Promise<StartMeasurement> {
  const { size } = await stat(bundle);
  const running = promisify(execFile)(process.execPath, ['-e', program], { env: { ...environment } });
  running.child.stdin?.end(JSON.stringify({ bundle, events }));
  const { stderr } = await running;
  return { bytes: size, ...figures.parse(JSON.parse(stderr)) };
}
