/** Letters that Unicode does not decompose into an ASCII letter and a mark. */
const foldings: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ı: 'i',
  '&': ' and ',
};

/** Leaves room for a suffix within the contract's 60. */
const maxBaseLength = 48;

/**
 * The slug that a name suggests: `Café „Blauer Bock“` gives `cafe-blauer-bock`. What has no ASCII form is left out; a
 * name of which too little stays is filled up, so that the result is always one that the contract allows.
 */
export function slugFromName(name: string): string {
  const folded = name
    .toLowerCase()
    .replace(/[ßæœøđðþłı&]/g, (letter) => foldings[letter] ?? '')
    .normalize('NFKD')
    .replace(/\p{Mark}|['’]/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, maxBaseLength)
    .replace(/^-+|-+$/g, '');
  if (folded === '') return 'waitlist';
  return folded.length < 3 ? `${folded}-waitlist` : folded;
}

/** Without vowels, so that no suffix is a word, and without characters that are taken for each other. */
const suffixAlphabet = 'bcdfghjkmnpqrstvwxz23456789';

/** The base with a suffix of `length` characters, for when the base itself is taken. */
export function withSuffix(base: string, length: number, randomBelow: (limit: number) => number): string {
  const suffix = Array.from({ length }, () => suffixAlphabet[randomBelow(suffixAlphabet.length)]);
  return `${base}-${suffix.join('')}`;
}
