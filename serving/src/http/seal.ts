import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

export interface Seal {
  /** @param context what the text belongs to: it opens under no other */
  close(text: string, key: string, context: string): Buffer;
  /** @throws if the key or the context is another one, or the bytes were changed */
  open(sealed: Buffer, key: string, context: string): string;
}

/**
 * Encrypts what is kept for a client under a key of which the client holds one half and this server the other: neither
 * a stolen database nor a guessed idempotency key opens it.
 */
export function createSeal(serverSecret: string): Seal {
  const derive = (key: string, context: string) =>
    Buffer.from(hkdfSync('sha256', `${serverSecret}\0${key}`, '', `kept answer\0${context}`, 32));
  return {
    close(text, key, context) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, derive(key, context), nonce);
      const closed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), closed]);
    },
    open(sealed, key, context) {
      const nonce = sealed.subarray(0, nonceBytes);
      const tag = sealed.subarray(nonceBytes, nonceBytes + tagBytes);
      const decipher = createDecipheriv(algorithm, derive(key, context), nonce, { authTagLength: tagBytes });
      decipher.setAuthTag(tag);
      return Buffer.concat([
        decipher.update(sealed.subarray(nonceBytes + tagBytes)),
        decipher.final(),
      ]).toString('utf8');
    },
  };
}
