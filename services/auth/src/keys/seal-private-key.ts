import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** Keeps private keys unreadable to whoever has the database alone. */
export interface KeySeal {
  close(privateKey: KeyObject, keyId: string): Buffer;
  /** @throws if the secret or the key's id is another one, or the bytes were changed */
  open(sealed: Buffer, keyId: string): KeyObject;
}

/** AES-256-GCM; a key's id is its associated data, so that one row's bytes don't open in another's place. */
export function createKeySeal(secret: string): KeySeal {
  const sealingKey = Buffer.from(hkdfSync('sha256', secret, '', 'banyan auth signing keys', 32));
  return {
    close(privateKey, keyId) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, sealingKey, nonce).setAAD(Buffer.from(keyId));
      const der = privateKey.export({ type: 'pkcs8', format: 'der' });
      const closed = Buffer.concat([cipher.update(der), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), closed]);
    },
    open(sealed, keyId) {
      const tagEnd = nonceBytes + tagBytes;
      const nonce = sealed.subarray(0, nonceBytes);
      const decipher = createDecipheriv(algorithm, sealingKey, nonce, { authTagLength: tagBytes })
        .setAAD(Buffer.from(keyId))
        .setAuthTag(sealed.subarray(nonceBytes, tagEnd));
      const der = Buffer.concat([decipher.update(sealed.subarray(tagEnd)), decipher.final()]);
      return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    },
  };
}
