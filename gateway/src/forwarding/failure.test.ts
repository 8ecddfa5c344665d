import { describe, expect, it } from '@jest/globals';
import { failureBeforeHead } from './failure.ts';

describe('failure', () => {
  it.each([
    ['ENOTFOUND', 'dns-failure', 502],
    ['ECONNREFUSED', 'connect-refused', 502],
    ['ETIMEDOUT', 'connect-timeout', 504],
    ['EHOSTUNREACH', 'connect-failed', 502],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls-failure', 502],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls-failure', 502],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls-failure', 502],
    ['CERT_HAS_EXPIRED', 'tls-failure', 502],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls-failure', 502],
    ['EPROTO', 'tls-failure', 502],
    ['HPE_INVALID_CONSTANT', 'response-malformed', 502],
    ['HPE_HEADER_OVERFLOW', 'response-malformed', 502],
    ['ECONNRESET', 'response-reset', 502],
    ['EPIPE', 'response-reset', 502],
  ])('names %s as %s, which is a %i', (code, kind, status) => {
    const failure = failureBeforeHead(Object.assign(new Error('x'), { code }));
    expect(failure).toEqual({ side: 'upstream', kind, status });
  });
});
