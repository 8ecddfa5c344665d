import { describe, expect, it } from '@jest/globals';
import { email } from './fields.ts';

describe('an e-mail address', () => {
  it('is kept in lower case, without the blanks around it', () => {
    expect(email.parse('  Ada@Example.COM ')).toBe('ada@example.com');
  });

  it.each([
    ['the Kelvin sign, which becomes a k in lower case', '\u212aim@example.com'],
    ['a Cyrillic a', '\u0430da@example.com'],
    ['a full-width letter', '\uff41da@example.com'],
    ['a look-alike in the domain', 'ada@ex\u0430mple.com'],
  ])('is none with %s', (_, text) => {
    expect(email.safeParse(text).success).toBe(false);
  });
});
