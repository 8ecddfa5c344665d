import { type ContractTarget, contractCases } from '@banyan/contracts/contract-suite';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { readRunConfig } from '../../run-config.ts';
import { startWhole } from '../../stack/start-whole.ts';

// Cases are made for an address, and tests are named before any hook runs: so it is started here.
const whole = await startWhole({
  both: { LOGIN_FAILURES_PER_ADDRESS: '100000' },
});
afterAll(() => whole.stop(), 30_000);

const { long } = readRunConfig('CUTOVER', process.env);
const { gatewayUrl, monolithUrl, serviceUrl, mailsTo } = whole;
/** A mail is promised within a minute. */
const timeoutMs = 100_000;

/** `npm test` has the monolith's own run, and the whole suite at `legacy`, in `e2e/contract`: here is what moves. */
const judged: Pick<ContractTarget, 'capabilities'> = long ? {} : { capabilities: ['auth'] };
const throughGateway: ContractTarget = { baseUrl: gatewayUrl, mailsTo, ...judged };
const targets: readonly (readonly [name: string, target: ContractTarget, move?: () => Promise<unknown>])[] = [
  ...(long
    ? ([
        ['the monolith', { baseUrl: monolithUrl, mailsTo }],
        ['the gateway, with auth at legacy', throughGateway],
      ] as const)
    : []),
  [
    'the auth service on the Lambda host',
    { baseUrl: serviceUrl, wholeUrl: monolithUrl, capabilities: ['auth'], mailsTo },
  ],
  [
    'the gateway, with auth at rollout 50 %',
    throughGateway,
    async () => (await whole.ops()).rollout('auth', 50),
  ],
  ['the gateway, with auth live', throughGateway, async () => (await whole.ops()).stage('auth', 'live')],
];

describe.each(targets)('%s keeps the contract', (_, target, move) => {
  beforeAll(async () => {
    const moved = await move?.();
    if (moved !== undefined && !(moved as { ok: boolean }).ok)
      throw new Error(`it was not moved: ${JSON.stringify(moved)}`);
  }, 30_000);

  const byRoute = Map.groupBy(contractCases(target), ({ route }) => route);

  describe.each([...byRoute])('%s', (_route, cases) => {
    it.each([...cases])('$name', ({ run }) => run(), timeoutMs);
  });
});
