import { z } from 'zod';

export const mailSchema = z.object({
  /** Sorts by time of arrival. */
  id: z.string(),
  /** Who it was delivered to, blind copies included: the envelope's recipients, not the header's. */
  to: z.array(z.string()),
  from: z.string(),
  subject: z.string(),
  text: z.string(),
  html: z.string(),
  /** When it arrived. */
  date: z.iso.datetime(),
  messageId: z.string(),
  headers: z.array(z.object({ name: z.string(), value: z.string() })),
  attachments: z.array(z.object({ name: z.string(), type: z.string(), bytes: z.number() })),
});

export type Mail = Readonly<z.infer<typeof mailSchema>>;
