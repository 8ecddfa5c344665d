import { describe, expect, it } from '@jest/globals';
import { between } from '../testing/between.ts';
import { httpUpstream } from '../testing/http-upstream.ts';

const named = (side: string, status = 200) =>
  httpUpstream((_, res) => {
    res.writeHead(status, { 'Apigw-RequestId': side, 'X-Kept': side });
    res.end(side);
  });
const capability = { dropServiceHeaders: ['apigw-requestid'] };

async function ask(url: string): Promise<[string, string | null, string | null]> {
  const answer = await fetch(`${url}/api/auth/me`);
  return [await answer.text(), answer.headers.get('apigw-requestid'), answer.headers.get('x-kept')];
}

describe('headers that the plan drops from a service', () => {
  it('go, in whichever case they come, and no others', async () => {
    const gateway = await between(await named('legacy'), await named('service'), {
      cutover: { stage: 'live', rolloutPercent: 100 },
      capability,
    });
    expect(await ask(gateway.url)).toEqual(['service', null, 'service']);
  });

  it('stay where legacy sends them, by itself or in the service\u2019s stead', async () => {
    const atLegacy = await between(await named('legacy'), await named('service'), {
      cutover: {},
      capability,
    });
    expect(await ask(atLegacy.url)).toEqual(['legacy', 'legacy', 'legacy']);
    const replayed = await between(await named('legacy'), await named('service', 503), {
      cutover: { stage: 'live', rolloutPercent: 100 },
      capability,
    });
    expect(await ask(replayed.url)).toEqual(['legacy', 'legacy', 'legacy']);
  });
});
