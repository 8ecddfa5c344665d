import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { choices } from '../cutover/choose-upstream.ts';
import { unmoved } from '../cutover/cutover.ts';
import { routedCutover } from '../cutover/cutover-snapshot.ts';
import { Exchange, GatewayResponse } from '../exchange.ts';
import { definePlan } from '../plan/plan-faults.ts';
import { buildRouteTable } from '../routing/route-table.ts';
import { createAccessLine } from './access-line.ts';

const plan = definePlan({
  default: 'http://a',
  capabilities: { auth: { routes: ['GET /me', 'GET /users/:id'] }, images: { routes: ['GET /images/:id'] } },
});
const routes = buildRouteTable(plan).byMethod.get('GET') ?? [];

/** The same capability at several versions, as a change replaces one by the next under requests in flight. */
const versions = [1, 2, 3].map((version) =>
  routedCutover('auth', { ...unmoved, stage: 'rollout', rolloutPercent: version, version }),
);

const anyExchange = fc
  .record({
    method: fc.constantFrom('GET', 'HEAD'),
    route: fc.constantFrom(undefined, ...routes),
    cutover: fc.constantFrom(undefined, ...versions),
    choice: fc.constantFrom(undefined, choices.legacyStage, choices.cohort.legacy, choices.cohort.service),
    cohort: fc.constantFrom(-1, 0, 9_999),
    status: fc.constantFrom(200, 404),
  })
  .map(({ method, ...fields }) => {
    const req = new IncomingMessage(new Socket());
    req.method = method;
    const connection = { socket: req.socket, address: '', trusted: false, exchanges: new Set<Exchange>() };
    return Object.assign(new Exchange(req, new GatewayResponse(req), connection, 0), fields, {
      requestId: 'r-1',
    });
  });

describe("a request's line", () => {
  it('says what was decided for this request, whatever others of its route were told before', () => {
    fc.assert(
      fc.property(fc.array(anyExchange, { maxLength: 40 }), (exchanges) => {
        const lineOf = createAccessLine();
        for (const exchange of exchanges) {
          const { method, route, cutover, choice, cohort, status } = exchange;
          expect(JSON.parse(lineOf(exchange, 1.234))).toEqual({
            ...{ level: 30, time: expect.any(Number), requestId: 'r-1', method, status, durationMs: 1.23 },
            ...(route && { capability: route.capability, route: route.pattern.label }),
            ...(cutover && { stage: cutover.stage, version: cutover.version }),
            ...(choice && { upstream: choice.side, reason: choice.reason }),
            ...(cohort === -1 ? {} : { cohort }),
          });
        }
      }),
      { seed: 1, numRuns: 60 },
    );
  });
});
