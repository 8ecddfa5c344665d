import helmet from 'helmet';

/**
 * Fits the web client that this application serves: its own scripts, styles, images and WebSocket, previews of photos
 * that were chosen but not yet sent (`blob:`), and nothing from elsewhere. Whether clients must use TLS is for whoever ends it: a run without
 * it has to work, so nothing here sends browsers to https.
 */
export const securityHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      imgSrc: ["'self'", 'data:', 'blob:'],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  strictTransportSecurity: false,
  // Browsers ignore it without TLS, and say so on the console of every page.
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  xFrameOptions: { action: 'deny' },
});
