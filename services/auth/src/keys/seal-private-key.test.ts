import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createKeySeal } from './seal-private-key.ts';

describe('a sealed private key', () => {
  const seal = createKeySeal('a secret of more than thirty-two bytes');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const sealed = seal.close(privateKey, 'key-1');

  it('opens under its secret and its id', () => {
    expect(seal.open(sealed, 'key-1').equals(privateKey)).toBe(true);
  });

  it('opens under no other secret, and not as another key', () => {
    expect(() => createKeySeal('another secret of more than 32 bytes').open(sealed, 'key-1')).toThrow();
    expect(() => seal.open(sealed, 'key-2')).toThrow();
  });

  it('opens no more once a bit of it has changed, or its end is gone', () => {
    for (let position = 0; position < sealed.length; position += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(position) ^ 1, position);
      expect(() => seal.open(changed, 'key-1')).toThrow();
    }
    expect(() => seal.open(sealed.subarray(0, -1), 'key-1')).toThrow();
    expect(() => seal.open(Buffer.alloc(0), 'key-1')).toThrow();
  });

  it('shows nothing of the key, and is never sealed to the same bytes', () => {
    const scalar = Buffer.from(String(privateKey.export({ format: 'jwk' }).d), 'base64url');
    expect(sealed.includes(scalar)).toBe(false);
    expect(seal.close(privateKey, 'key-1').equals(sealed)).toBe(false);
  });
});
