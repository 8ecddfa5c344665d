import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { negotiateFormat } from './negotiate-format.ts';

describe('the format for an Accept', () => {
  it.each([
    ['*/*', 'jpg'],
    ['', 'jpg'],
    ['image/*', 'jpg'],
    ['image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8', 'avif'],
    ['image/webp,image/avif,image/jpeg', 'avif'],
    ['image/webp,*/*', 'webp'],
    ['image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5', 'jpg'],
    ['image/webp;q=0.5, image/jpeg', 'jpg'],
    ['image/webp;q=0.5, */*;q=0.8', 'jpg'],
    ['image/avif;q=0.9, image/*', 'jpg'],
    ['image/avif;q=0,image/webp;q=0.1', 'webp'],
    ['image/jpeg;q=0, */*', 'webp'],
    ['IMAGE/WEBP ; Q=1', 'webp'],
    ['image/webp;level=1;q=0.2, image/jpeg;q=0.1', 'webp'],
  ])('%j is %s', (accept, format) => {
    expect(negotiateFormat(accept)).toBe(format);
  });

  it('is JPEG where none is sent', () => expect(negotiateFormat(undefined)).toBe('jpg'));

  it.each([
    'text/html',
    'image/png',
    '*/*;q=0',
    'image/*;q=0, */*',
    'image/jpeg;q=2',
    'image/jpeg;q=x',
    ';;;,',
  ])('%j takes none', (accept) => expect(negotiateFormat(accept)).toBeUndefined());

  it('is some answer to whatever is sent', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'image/*webpjgf;q=01., ') }), (accept) =>
        [undefined, 'jpg', 'webp', 'avif'].includes(negotiateFormat(accept)),
      ),
      { seed: 1 },
    );
  });
});
