import { setTimeout as pause } from 'node:timers/promises';
import { statusOf } from '../http/message.ts';
import { createRawClient, type RawOutcome } from '../http/raw-client.ts';
import { noBody, type RawRequest, sizedBody } from '../http/raw-request.ts';
import { echoOf } from './http-upstream.ts';

export interface Tally {
  readonly requests: number;
  /** By what went wrong; empty, if nothing did. */
  readonly failures: Readonly<Record<string, number>>;
}

export interface LiveTraffic {
  readonly requests: () => number;
  readonly stop: () => Promise<Tally>;
}

const pauseMs = 5;
/** It ends by itself after so many: there is nothing more to learn, and a failed test leaves nobody asking. */
const maxFailures = 100;

/**
 * Well-behaved clients, one request after another each, with and without bodies, whose answers must be the echo of what they
 * asked, no matter what others do meanwhile.
 */
export function startTraffic(port: number, lanes: number, path = '/live-traffic'): LiveTraffic {
  const failures: Record<string, number> = {};
  let requests = 0;
  let failed = 0;
  let stopped = false;

  async function lane(name: number): Promise<void> {
    const client = createRawClient({ port });
    for (let nth = 0; !stopped && failed < maxFailures; nth += 1) {
      const request = requestOf(`${path}/${name}/${nth}`, nth % 3 === 0);
      const fault = await client.send(request).then(
        (outcome) => faultOf(request, outcome),
        (error: Error) => error.message,
      );
      requests += 1;
      if (fault !== undefined) {
        failures[fault] = (failures[fault] ?? 0) + 1;
        failed += 1;
      }
      await pause(pauseMs);
    }
    client.close();
  }
  const running = Promise.all(Array.from({ length: lanes }, (_, name) => lane(name)));
  return {
    requests: () => requests,
    async stop() {
      stopped = true;
      await running;
      return { requests, failures };
    },
  };
}

export function requestOf(target: string, withBody: boolean): RawRequest {
  const headers = [['Host', 'waitlist.test']] as const;
  return withBody
    ? { method: 'POST', target, headers, body: sizedBody(`body of ${target}`) }
    : { method: 'GET', target, headers, body: noBody };
}

/** Undefined, if the answer is the whole echo of this very request. */
export function faultOf(request: RawRequest, outcome: RawOutcome): string | undefined {
  if (outcome.kind !== 'answered') return outcome.kind;
  const { head, body } = outcome.response;
  if (statusOf(head) !== 200) return head.startLine;
  const sent = request.body.kind === 'sized' ? request.body.bytes : '';
  return body.toString() === echoOf(request.method, request.target, sent)
    ? undefined
    : "another request's answer";
}
