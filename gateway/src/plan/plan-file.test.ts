import { describe, expect, it } from '@jest/globals';
import { definePlan, parsePlan } from './plan-faults.ts';
import { parsePlanText } from './plan-file.ts';
import { planFromContracts } from './plan-from-contracts.ts';

function faultsOf(text: string): readonly string[] {
  const loaded = parsePlanText(text, 'plan.yaml');
  return loaded.ok ? [] : loaded.faults;
}

describe('plan file', () => {
  it('reports every fault at once, in the order of the file, each with its place', () => {
    const text = [
      'defalt: http://legacy:4000',
      'timeouts:',
      '  connectMs: soon',
      '  firstByte: 5',
      'trustedProxies: [10.0.0.0/8, 10.0.0.0/33]',
      'capabilities:',
      '  images:',
      '    routes:',
      '      - GET /api/images/:id',
      '      - /api/images',
      '      - GET /api/{*rest}',
      '    servce: http://images:9000',
      '  Auth:',
      '    routes: []',
      '    service: ftp://auth/x',
    ].join('\n');
    expect(faultsOf(text)).toEqual([
      'plan.yaml:1:1 default: is required',
      'plan.yaml:1:1 defalt: unknown key; did you mean "default"?',
      expect.stringMatching(/^plan.yaml:3:14 timeouts.connectMs: /),
      'plan.yaml:4:3 timeouts.firstByte: unknown key; did you mean "firstByteMs"?',
      expect.stringMatching(/^plan.yaml:5:30 trustedProxies\[1\]: must be an IP address or a range/),
      expect.stringMatching(/^plan.yaml:10:9 capabilities.images.routes\[1\]: write "METHOD \/path"/),
      expect.stringMatching(
        /^plan.yaml:11:9 capabilities.images.routes\[2\]: the segment "\{\*rest\}" is neither/,
      ),
      'plan.yaml:12:5 capabilities.images.servce: unknown key; did you mean "service"?',
      expect.stringMatching(/^plan.yaml:1[34]:\d+ capabilities.Auth: /),
    ]);
  });

  it('reports routes that two capabilities claim', () => {
    const text = [
      'default: http://legacy:4000',
      'capabilities:',
      '  images: { routes: ["GET /api/images/:id"] }',
      '  photos: { routes: ["POST /api/photos", "HEAD /API/Images/latest"] }',
    ].join('\n');
    expect(faultsOf(text)).toEqual([
      'plan.yaml:4:42 capabilities.photos.routes[1]: "HEAD /API/Images/latest" overlaps "GET /api/images/:id" of the capability images',
    ]);
  });

  it('reports a key that is given twice, and YAML that is none', () => {
    expect(faultsOf('default: http://a\ndefault: http://b')).toEqual([
      expect.stringMatching(/^plan.yaml:2:1 Map keys must be unique/),
    ]);
    expect(faultsOf('default: [')).not.toEqual([]);
    expect(faultsOf('')).not.toEqual([]);
  });

  it('reads JSON as well', () => {
    const loaded = parsePlanText('{"default":"http://legacy:4000/"}', 'plan.json');
    expect(loaded.ok && loaded.plan.default).toBe('http://legacy:4000');
  });

  it('refuses an upstream with a path, a query or a password', () => {
    for (const url of ['http://a/b', 'http://a?b', 'http://u:p@a', 'a:80', 'unix:/x']) {
      expect(parsePlan({ default: url }).ok).toBe(false);
    }
  });
});

describe("a capability's cutover policy", () => {
  const policy = (lines: readonly string[]) =>
    [
      'default: http://a',
      'capabilities:',
      '  auth:',
      '    routes: [GET /a]',
      ...lines.map((line) => `    ${line}`),
    ].join('\n');

  it('leaves clients as they were unless it is given', () => {
    const plan = definePlan({ default: 'http://a', capabilities: { auth: { routes: ['GET /a'] } } });
    expect(plan.capabilities.auth).toEqual({
      routes: expect.anything(),
      cohort: ['token', 'address'],
      dropServiceHeaders: [],
      replay: { safe: true },
    });
  });

  it('is taken as it is written', () => {
    const text = policy([
      'cohort: [token, cookie:sid, header:X-Tenant, address]',
      'serviceMaxBodyBytes: 6291456',
      'dropServiceHeaders: [Apigw-RequestId]',
      'seam: http://a:9000/seams/auth/',
      'ready: /services/auth/readyz?deep=1',
      'replay: { safe: false }',
    ]);
    const loaded = parsePlanText(text, 'plan.yaml');
    expect(loaded.ok && loaded.plan.capabilities.auth).toMatchObject({
      cohort: ['token', 'cookie:sid', 'header:X-Tenant', 'address'],
      serviceMaxBodyBytes: 6_291_456,
      dropServiceHeaders: ['apigw-requestid'],
      seam: 'http://a:9000/seams/auth',
      ready: '/services/auth/readyz?deep=1',
      replay: { safe: false },
    });
  });

  it.each([
    [
      'cohort: [user]',
      'plan.yaml:5:14 capabilities.auth.cohort[0]: must be "token", "cookie:NAME", "header:NAME" or "address"',
    ],
    [
      'cohort: ["cookie:"]',
      'plan.yaml:5:14 capabilities.auth.cohort[0]: must be "token", "cookie:NAME", "header:NAME" or "address"',
    ],
    ['cohort: [token, token]', 'plan.yaml:5:13 capabilities.auth.cohort: names a key twice'],
    [
      'cohort: [header:X-Banyan-Override]',
      "plan.yaml:5:14 capabilities.auth.cohort[0]: is the gateway's own, and says nothing of who asks",
    ],
    [
      'cohort: [cookie:banyan_override]',
      "plan.yaml:5:14 capabilities.auth.cohort[0]: is the gateway's own, and says nothing of who asks",
    ],
    [
      'seam: /seams/auth',
      'plan.yaml:5:11 capabilities.auth.seam: must be an http:// or https:// URL without a query or a password',
    ],
    [
      'seam: http://u:p@a/seam',
      'plan.yaml:5:11 capabilities.auth.seam: must be an http:// or https:// URL without a query or a password',
    ],
    ['ready: readyz', 'plan.yaml:5:12 capabilities.auth.ready: must be a path that begins with a slash'],
    [
      'replay: { saef: true }',
      'plan.yaml:5:15 capabilities.auth.replay.saef: unknown key; did you mean "safe"?',
    ],
    [
      'serviceMaxBodyByte: 1',
      'plan.yaml:5:5 capabilities.auth.serviceMaxBodyByte: unknown key; did you mean "serviceMaxBodyBytes"?',
    ],
  ])('%s is reported with its place', (line, fault) => {
    expect(faultsOf(policy([line]))).toEqual([fault]);
  });

  it('has at least one cohort key, and no limit below nothing', () => {
    expect(faultsOf(policy(['cohort: []', 'serviceMaxBodyBytes: -1']))).toHaveLength(2);
    expect(faultsOf(policy(['dropServiceHeaders: [Content-Length, "a b", x]']))).toHaveLength(2);
  });
});

describe('plan from contracts', () => {
  it('adds what no contract knows of a capability', () => {
    const route = { capability: 'auth', method: 'GET', path: '/api/auth/me' };
    const plan = definePlan(
      planFromContracts([route], {
        legacy: 'http://a:4000',
        services: { auth: 'http://a:9000' },
        policies: { auth: { cohort: ['address'], seam: 'http://a:9000/seams/auth', ready: '/readyz' } },
      }),
    );
    expect(plan.capabilities.auth).toMatchObject({
      service: 'http://a:9000',
      cohort: ['address'],
      seam: 'http://a:9000/seams/auth',
      ready: '/readyz',
    });
  });

  it('takes each capability its routes and leaves the rest to the monolith', () => {
    const plan = definePlan(
      planFromContracts(
        {
          getImage: { capability: 'images', method: 'GET', path: '/api/images/:id' },
          login: { capability: 'auth', method: 'POST', path: '/api/auth/login' },
          list: { capability: 'none', method: 'GET', path: '/api/waitlists' },
        },
        { legacy: 'http://a:4000', services: { images: 'http://a:9000' } },
      ),
    );
    expect(Object.keys(plan.capabilities)).toEqual(['images', 'auth']);
    expect(plan.capabilities.images?.service).toBe('http://a:9000');
    expect(plan.capabilities.auth?.routes.map((route) => route.label)).toEqual(['POST /api/auth/login']);
  });
});
