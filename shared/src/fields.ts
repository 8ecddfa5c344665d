import { z } from 'zod';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this refuses.
const controlCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/**
 * Text from people, trimmed, of 1 to `maxLength` UTF-16 units. Refuses NUL, other control characters and lone
 * surrogates, which PostgreSQL cannot store.
 */
export function text(maxLength: number) {
  return z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(maxLength)
    .refine((value) => !controlCharacters.test(value), 'must not contain control characters')
    .refine((value) => value.isWellFormed(), 'must be well-formed Unicode');
}

/**
 * Compared without case: kept in lower case. ASCII alone, so that no look-alike passes for another address; judged before
 * the case is changed, since some of them (U+212A, the Kelvin sign) become ASCII by that.
 */
export const email = z.string().trim().max(254).pipe(z.email('must be an e-mail address').toLowerCase());

export const phone = z
  .string()
  .trim()
  .regex(/^\+?[0-9][0-9 ().-]{4,22}[0-9]$/, 'must be a telephone number');

/** The longest password that bcrypt reads whole. */
export const maxPasswordBytes = 72;

/** 8 characters to 72 bytes: bcrypt reads no more, and a longer one would be accepted by its beginning alone. */
export const newPassword = z
  .string()
  .min(8, 'must have at least 8 characters')
  .refine(
    (value) => new TextEncoder().encode(value).length <= maxPasswordBytes,
    `must have at most ${maxPasswordBytes} bytes in UTF-8`,
  )
  .refine(
    (value) => value.isWellFormed() && !value.includes('\0'),
    'must be well-formed Unicode without NUL',
  );

/** A password that is only compared: bounded, and otherwise judged by the comparison. */
export const givenPassword = z.string().min(1, 'must not be empty').max(1_000);

export const uuid = z.uuid('must be a UUID');
export const timestamp = z.iso.datetime();

/** An opaque token as it is given back to us. */
export const opaqueToken = z
  .string()
  .min(16)
  .max(256)
  .regex(/^[A-Za-z0-9_-]+$/, 'must be a token');

/** The tail of a public address: `/join/<slug>`. */
export const slug = z
  .string()
  .trim()
  .min(3)
  .max(60)
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'must be lower-case letters, digits and single hyphens');
