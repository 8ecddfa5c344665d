/** `lost`: what is shown may be old; it is being mended. */
export type ConnectionState = 'connecting' | 'live' | 'lost';
