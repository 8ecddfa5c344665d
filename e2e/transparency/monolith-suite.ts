import fc from 'fast-check';
import type { Header } from '../http/message.ts';
import type { RawRequest } from '../http/raw-request.ts';
import { type Send, type Sides, sendBothWays } from './both-ways.ts';
import type { Cast } from './cast.ts';
import { compareOutcomes, type Mask } from './compare.ts';
import { type MonolithRequest, monolithRequest } from './generate-monolith-request.ts';
import { maskDate, maskRequestId, maskVolatile } from './mask.ts';
import type { Judged } from './report.ts';

export interface MonolithRun extends Sides {
  readonly cast: Cast;
  readonly seed: number;
  readonly requests: number;
}

export interface MonolithJudged extends Judged {
  readonly status: number;
}

/** Sends generated requests to the monolith, direct and through the gateway, and compares what came back. */
export async function compareOnMonolith({
  cast,
  seed,
  requests,
  ...sides
}: MonolithRun): Promise<MonolithJudged[]> {
  const judged: MonolithJudged[] = [];
  const generated = fc
    .sample(monolithRequest(cast), { seed, numRuns: requests })
    .map((item, index) => ({ ...item, request: named(item, `${seed}-${index}`, index) }));

  const work = async (item: MonolithRequest, direct: Send, gateway: Send) => {
    const { request, kind, volatile } = item;
    if (kind === 'keyed') await direct(request);
    const directOutcome = await direct(request);
    const gatewayOutcome = await gateway(request);
    const status =
      directOutcome.kind === 'answered' ? Number(directOutcome.response.head.startLine.slice(9, 12)) : 0;
    judged.push({
      request,
      status,
      differences: compareOutcomes(directOutcome, gatewayOutcome, maskOf(request, volatile)),
    });
  };
  // Readings disturb nobody; a write between the two of another write would show as a difference.
  await sendBothWays(
    generated.filter(({ kind }) => kind === 'read'),
    sides,
    work,
  );
  await sendBothWays(
    generated.filter(({ kind }) => kind !== 'read'),
    sides,
    work,
    1,
  );
  return judged;
}

/** With what the two sendings share: the host, the idempotency key, and mostly the request id. */
function named({ request, kind }: MonolithRequest, id: string, index: number): RawRequest {
  const headers: Header[] = [['Host', 'waitlist.example']];
  if (index % 10 !== 0) headers.push(['X-Request-Id', `transparency-${id}`]);
  if (kind === 'keyed') headers.push(['Idempotency-Key', `transparency-key-${id}`]);
  return { ...request, headers: [...headers, ...request.headers] };
}

function maskOf(request: RawRequest, volatile: readonly string[]): Mask {
  const hasId = request.headers.some(([name]) => name === 'X-Request-Id');
  const volatileMask = maskVolatile(volatile);
  return (response) => volatileMask(maskDate(hasId ? response : maskRequestId(response)));
}
