import { z } from 'zod';
import { uuid } from '../fields.ts';
import { waitee, waitlist } from './waitlist.ts';

/** The WebSocket on which a host's board follows a list. */
export const livePath = '/api/live';

/** What a board sends, first within ten seconds. The token is in a message, so that it is in no log of addresses. */
export const liveRequest = z.strictObject({
  type: z.literal('follow'),
  accessToken: z.string().max(8_192),
  waitlistId: uuid,
});
export type LiveRequest = z.output<typeof liveRequest>;

/** What a board receives: the whole board at once, and again at each change; it is small, and cannot drift. */
export const liveMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('board'), waitlist, waitees: z.array(waitee) }),
  z.object({ type: z.literal('gone'), waitlistId: uuid }),
  z.object({
    type: z.literal('refused'),
    code: z.enum(['unauthorized', 'not_found', 'invalid_request']),
    message: z.string(),
  }),
]);
export type LiveMessage = z.output<typeof liveMessage>;

/** RFC 6455 §7.4.2 leaves 4000–4999 to applications. */
export const liveCloseCodes = { refused: 4001, gone: 4004, silent: 4008 } as const;
