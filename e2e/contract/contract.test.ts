import { contractCases } from '@banyan/contracts/contract-suite';
import { afterAll, describe, it } from '@jest/globals';
import { startWhole } from '../stack/start-whole.ts';

// Cases are made for an address, and tests are named before any hook runs: so it is started here.
const whole = await startWhole();
afterAll(() => whole.stop(), 30_000);

const { mailsTo } = whole;
/** A mail is promised within a minute. */
const timeoutMs = 100_000;

describe.each([
  ['the monolith itself', whole.monolithUrl],
  ['the monolith through the gateway', whole.gatewayUrl],
])('%s keeps the contract', (_, baseUrl) => {
  const byRoute = Map.groupBy(contractCases({ baseUrl, mailsTo }), ({ route }) => route);

  describe.each([...byRoute])('%s', (_route, cases) => {
    it.each([...cases])('$name', ({ run }) => run(), timeoutMs);
  });
});
