import { contractCases } from '@banyan/contracts/contract-suite';
import { afterAll, describe, it } from '@jest/globals';
import { startTestService } from './testing/test-service.ts';

// Cases are made for an address, and tests are named before any hook runs: so the services are started here.
const services = {
  express: await startTestService({ through: 'express' }),
  lambda: await startTestService({ through: 'lambda' }),
};
afterAll(() => Promise.all(Object.values(services).map((service) => service.stop())));

describe.each(Object.entries(services))('the auth service through %s keeps the contract', (_, service) => {
  const mailsTo = async (recipient: string) => {
    const rows = await service.db('outgoing_mails').where({ recipient }).select('subject', 'body');
    return rows.map(({ subject, body }) => ({ subject, text: body }));
  };
  const cases = contractCases({
    baseUrl: service.url,
    wholeUrl: service.imagesUrl,
    capabilities: ['auth'],
    mailsTo,
  });

  describe.each([...Map.groupBy(cases, ({ route }) => route)])('%s', (_route, ofRoute) => {
    it.each([...ofRoute])('$name', ({ run }) => run());
  });
});
