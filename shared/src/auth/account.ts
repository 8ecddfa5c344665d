import { z } from 'zod';
import { email, newPassword, phone, text, timestamp, uuid } from '../fields.ts';
import { photo } from '../images/image.ts';

export const user = z.object({
  id: uuid,
  email: z.string(),
  displayName: z.string(),
  phone: z.string().nullable(),
  photo: photo.nullable(),
  createdAt: timestamp,
});
export type User = z.output<typeof user>;

export const tokens = z.object({
  tokenType: z.literal('Bearer'),
  accessToken: z.string(),
  accessTokenExpiresAt: timestamp,
  refreshToken: z.string(),
});
export type Tokens = z.output<typeof tokens>;

export const session = tokens.extend({ user });
export type Session = z.output<typeof session>;

/** Registration, as JSON or as the fields of a form: both are text alone. */
export const registration = z.strictObject({
  email,
  password: newPassword,
  displayName: text(80),
  phone: phone.optional(),
});

/** RFC 7517. Empty while only the monolith signs, with a secret that it shares with nobody. */
export const jwks = z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })) });
