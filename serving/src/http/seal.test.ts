import { describe, expect, it } from '@jest/globals';
import { createSeal } from './seal.ts';

describe('seal', () => {
  const seal = createSeal('a secret of the server');

  it('gives back what was closed under the same key and context', () => {
    expect(seal.open(seal.close('naïve ✓', 'key', 'scope'), 'key', 'scope')).toBe('naïve ✓');
  });

  it('never closes the same text to the same bytes', () => {
    expect(seal.close('text', 'key', 'scope')).not.toEqual(seal.close('text', 'key', 'scope'));
  });

  it('opens under no other key, context or server secret', () => {
    const sealed = seal.close('text', 'key', 'scope');
    expect(() => seal.open(sealed, 'other', 'scope')).toThrow();
    expect(() => seal.open(sealed, 'key', 'other')).toThrow();
    expect(() => createSeal('another secret').open(sealed, 'key', 'scope')).toThrow();
  });

  it('notices a changed byte, wherever it is', () => {
    const sealed = seal.close('text', 'key', 'scope');
    for (let position = 0; position < sealed.length; position += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(position) ^ 1, position);
      expect(() => seal.open(changed, 'key', 'scope')).toThrow();
    }
  });
});
