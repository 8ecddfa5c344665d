import { z } from 'zod';

const minSecretBytes = 32;

export function wholeNumber(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,10}$/, { error: message, abort: true })
    .transform(Number)
    .refine((value) => value >= min && value <= max, message);
}

export function secret() {
  return z
    .string({ error: 'is required' })
    .refine(
      (value) => Buffer.byteLength(value) >= minSecretBytes,
      `must have at least ${minSecretBytes} bytes`,
    );
}

export function url(...protocols: readonly string[]) {
  const message = `must be a URL that begins with ${protocols.map((name) => `${name}://`).join(' or ')}`;
  return z
    .string({ error: 'is required' })
    .refine(
      (value) => URL.canParse(value) && protocols.includes(new URL(value).protocol.slice(0, -1)),
      message,
    );
}

export function keyId() {
  return z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, hyphens or underscores');
}
