import helmet from 'helmet';

/** What the pages that this application serves may load and do, in the form that helmet takes. */
export type ContentSecurityPolicy = Readonly<Record<string, readonly string[]>>;

/**
 * Headers that make browsers careful. Whether clients must use TLS is for whoever ends it: a run without it has to
 * work, so nothing here sends browsers to https, nor says what they heed over https alone.
 */
export function securityHeaders(policy: ContentSecurityPolicy) {
  const directives = Object.fromEntries(
    Object.entries(policy).map(([name, sources]) => [name, [...sources]]),
  );
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives },
    strictTransportSecurity: false,
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xFrameOptions: { action: 'deny' },
  });
}
