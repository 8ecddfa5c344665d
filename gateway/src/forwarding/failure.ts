/**
 * Why an exchange did not end well, by stage and side. A failure is an expected outcome, not an exception.
 * `status` is what the client is told if its answer has not begun; once it has, its connection is reset instead.
 */
export type Failure =
  | { readonly side: 'upstream'; readonly kind: UpstreamFailure; readonly status: 502 | 504 }
  | { readonly side: 'client'; readonly kind: ClientFailure; readonly status: 400 | 408 | 413 | 499 }
  | { readonly side: 'gateway'; readonly kind: GatewayFailure; readonly status: 500 | 503 };

export type UpstreamFailure =
  | 'dns-failure'
  | 'connect-refused'
  | 'connect-timeout'
  | 'connect-failed'
  | 'tls-failure'
  | 'response-timeout'
  | 'response-reset'
  | 'response-malformed'
  | 'body-reset'
  | 'body-idle-timeout';

export type ClientFailure = 'client-aborted' | 'client-too-slow' | 'client-malformed' | 'body-too-large';

export type GatewayFailure = 'drain-deadline' | 'internal';

export type FailureKind = Failure['kind'];

export const failures = {
  'dns-failure': { side: 'upstream', kind: 'dns-failure', status: 502 },
  'connect-refused': { side: 'upstream', kind: 'connect-refused', status: 502 },
  'connect-timeout': { side: 'upstream', kind: 'connect-timeout', status: 504 },
  'connect-failed': { side: 'upstream', kind: 'connect-failed', status: 502 },
  'tls-failure': { side: 'upstream', kind: 'tls-failure', status: 502 },
  'response-timeout': { side: 'upstream', kind: 'response-timeout', status: 504 },
  'response-reset': { side: 'upstream', kind: 'response-reset', status: 502 },
  'response-malformed': { side: 'upstream', kind: 'response-malformed', status: 502 },
  'body-reset': { side: 'upstream', kind: 'body-reset', status: 502 },
  'body-idle-timeout': { side: 'upstream', kind: 'body-idle-timeout', status: 504 },
  'client-aborted': { side: 'client', kind: 'client-aborted', status: 499 },
  'client-too-slow': { side: 'client', kind: 'client-too-slow', status: 408 },
  'client-malformed': { side: 'client', kind: 'client-malformed', status: 400 },
  'body-too-large': { side: 'client', kind: 'body-too-large', status: 413 },
  'drain-deadline': { side: 'gateway', kind: 'drain-deadline', status: 503 },
  internal: { side: 'gateway', kind: 'internal', status: 500 },
} as const satisfies { readonly [K in FailureKind]: Failure & { readonly kind: K } };

const byCode: Readonly<Record<string, UpstreamFailure>> = {
  ENOTFOUND: 'dns-failure',
  EAI_AGAIN: 'dns-failure',
  EAI_FAIL: 'dns-failure',
  EAI_NODATA: 'dns-failure',
  ECONNREFUSED: 'connect-refused',
  ENOENT: 'connect-failed',
  ETIMEDOUT: 'connect-timeout',
  EHOSTUNREACH: 'connect-failed',
  ENETUNREACH: 'connect-failed',
  EADDRNOTAVAIL: 'connect-failed',
  EMFILE: 'connect-failed',
};

/** Names an error that a connection gave before the answer's head was there. */
export function failureBeforeHead(error: Error): Failure {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const known = byCode[code];
  if (known !== undefined) return failures[known];
  if (code.startsWith('HPE_')) return failures['response-malformed'];
  if (/^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|EPROTO|HOSTNAME_MISMATCH)/.test(code)) {
    return failures['tls-failure'];
  }
  return failures['response-reset'];
}
