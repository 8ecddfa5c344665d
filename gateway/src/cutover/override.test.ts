import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Override, overrideCookieValue, readOverride, signOverride } from './override.ts';

const secret = 'a secret of thirty-two characters';
const now = 1_800_000_000;
const valid: Override = { capability: 'auth', side: 'service', expiresAtSeconds: now + 60 };

const read = (text: string, capability = 'auth') => readOverride(text, capability, secret, now);

describe('an override', () => {
  it('pins its capability to its side, as signed', () => {
    expect(signOverride(valid, secret)).toMatch(
      /^auth=service; expires=1800000060; signature=[A-Za-z0-9_-]{43}$/,
    );
    expect(read(signOverride(valid, secret))).toBe('service');
    expect(read(signOverride({ ...valid, side: 'legacy' }, secret))).toBe('legacy');
  });

  it('holds for every capability, side and time that it was signed for, and until then', () => {
    const capability = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
    fc.assert(
      fc.property(
        capability,
        fc.constantFrom('legacy', 'service'),
        fc.integer({ min: 1, max: 1e10 }),
        (name, side, at) => {
          const text = signOverride({ capability: name, side, expiresAtSeconds: at }, secret);
          expect(readOverride(text, name, secret, at - 1)).toBe(side);
          expect(readOverride(text, name, secret, at)).toBeUndefined();
          expect(readOverride(text, `${name}x`, secret, at - 1)).toBeUndefined();
          expect(readOverride(text, name, `${secret}x`, at - 1)).toBeUndefined();
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });

  it('pins one capability each, where several are given', () => {
    const text = [valid, { ...valid, capability: 'images', side: 'legacy' as const }]
      .map((override) => signOverride(override, secret))
      .join(', ');
    expect(read(text)).toBe('service');
    expect(read(text, 'images')).toBe('legacy');
    expect(read(text, 'notifications')).toBeUndefined();
  });

  it('is found behind others that are worth nothing', () => {
    const expired = signOverride({ ...valid, side: 'legacy', expiresAtSeconds: now }, secret);
    expect(read(`nonsense, ${expired},${signOverride(valid, secret)}`)).toBe('service');
  });

  it('is not looked for behind many others, so that a request costs a bounded number of hashes', () => {
    const forged = signOverride(valid, 'another secret of 32 characters.');
    expect(read([...Array(8).fill(forged), signOverride(valid, secret)].join(','))).toBeUndefined();
  });

  it('survives the way through a cookie', () => {
    const value = overrideCookieValue(signOverride(valid, secret));
    expect(value).toMatch(/^[!#$%&'()*+\-./0-9:<=>?@A-Z[\]^_`a-z{|}~]+$/);
    expect(read(decodeURIComponent(value))).toBe('service');
  });
});

describe('a false override', () => {
  const text = signOverride(valid, secret);
  const signature = text.slice(text.indexOf('signature=') + 10);
  const plainMac = createHmac('sha256', secret)
    .update('auth=service; expires=1800000060')
    .digest('base64url');

  it.each([
    ['of another secret', signOverride(valid, 'another secret of 32 characters.')],
    ['of an empty secret', signOverride(valid, '')],
    ['that has expired', signOverride({ ...valid, expiresAtSeconds: now }, secret)],
    ['of another capability', signOverride({ ...valid, capability: 'images' }, secret)],
    ['whose side was changed', text.replace('=service', '=legacy')],
    ['whose end was put off', text.replace('1800000060', '1900000060')],
    ['whose end is written otherwise', text.replace('1800000060', '01800000060')],
    ['whose end is a number of another form', text.replace('1800000060', '1.8e9')],
    ['whose end is past all numbers', text.replace('1800000060', '9'.repeat(400))],
    ['without an end', text.replace(' expires=1800000060;', '')],
    ['without a signature', text.slice(0, text.indexOf('; signature'))],
    ['with an empty signature', text.replace(signature, '')],
    ['with a cut signature', text.slice(0, -1)],
    ['with a longer signature', `${text}A`],
    ['with a padded signature', `${text}=`],
    ['with a signature of another purpose', text.replace(signature, plainMac)],
    ['of an unknown side', text.replace('=service', '=both')],
    ['of a name that objects have', text.replace('auth=', '__proto__=')],
    ['in capitals', text.toUpperCase()],
    ['with a line break', text.replace('; expires', ';\n expires')],
    ['of nothing', ''],
  ])('%s is as if it were not there', (_, given) => {
    expect(read(given)).toBeUndefined();
  });

  it('is any text with one character changed', () => {
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.integer({ min: 0x20, max: 0x7e }), (at, code) => {
        const changed = text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1);
        fc.pre(changed !== text);
        expect(read(changed)).toBeUndefined();
      }),
      { seed: 2, numRuns: 500 },
    );
  });

  it('is any text that nobody signed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (given) => {
        expect(read(given)).toBeUndefined();
        expect(read(`auth=service; expires=1800000060; signature=${given}`)).toBeUndefined();
      }),
      { seed: 3, numRuns: 300 },
    );
  });
});
