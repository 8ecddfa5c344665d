/**
 * What the pages may do, in the form that helmet takes: nothing inline, nothing from elsewhere. `blob:` shows a photo
 * before it is sent. Browsers from before 2022 do not count a WebSocket on the same host as 'self', hence `ws:`.
 */
export const contentSecurityPolicy = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'blob:', 'data:'],
  connectSrc: ["'self'", 'ws:', 'wss:'],
  formAction: ["'self'"],
  baseUri: ["'none'"],
  frameAncestors: ["'none'"],
} as const;
