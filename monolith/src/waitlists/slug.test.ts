import { routes } from '@banyan/contracts';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { slugFromName, withSuffix } from './slug.ts';

const slug = routes.createWaitlist.json.shape.slug.unwrap();

describe('slug of a name', () => {
  it.each([
    ['Blue Door', 'blue-door'],
    ['Café „Blauer Bock“', 'cafe-blauer-bock'],
    ['Straße & Ærø', 'strasse-and-aero'],
    ['Łódź — İstanbul', 'lodz-istanbul'],
    ["Joe's Diner", 'joes-diner'],
    ['Ｆｕｌｌ ｗｉｄｔｈ ①', 'full-width-1'],
    ['寿司', 'waitlist'],
    ['Al', 'al-waitlist'],
    ['--  --', 'waitlist'],
    [`${'x'.repeat(47)} yz`, 'x'.repeat(47)],
  ])('folds %s to %s', (name, expected) => {
    expect(slugFromName(name)).toBe(expected);
  });

  it('is always one that the contract allows, with a suffix too', () => {
    const randomBelow = (limit: number) => limit - 1;
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 80 }),
        fc.integer({ min: 4, max: 10 }),
        (name, length) => {
          const base = slugFromName(name);
          expect(slug.safeParse(base)).toMatchObject({ success: true, data: base });
          expect(slug.safeParse(withSuffix(base, length, randomBelow)).success).toBe(true);
        },
      ),
      { seed: 20263, numRuns: 1_000 },
    );
  });
});
