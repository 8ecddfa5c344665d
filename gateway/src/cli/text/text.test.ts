import { describe, expect, it } from '@jest/globals';
import { barText } from './progress-bar.ts';
import { relativeTime, secondsOf } from './relative-time.ts';
import { fromToText } from './state-text.ts';
import { fitted, tableText, widthOf, wrapped } from './table.ts';

describe('text for operators', () => {
  it('aligns columns by what is seen, colours and wide words aside', () => {
    const red = '\u001b[31mdown\u001b[39m';
    expect(widthOf(red)).toBe(4);
    expect(tableText([['a', red, 'x'], ['longer', 'up', 'y'], ['z']])).toBe(
      `a       ${red}  x\nlonger  up    y\nz\n`,
    );
  });

  it('cuts and breaks lines to fit', () => {
    expect(fitted('abcdef', 6)).toBe('abcdef');
    expect(fitted('abcdefg', 6)).toBe('abcde…');
    expect(wrapped('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrapped('unbreakable x', 4)).toEqual(['unbreakable', 'x']);
  });

  it.each([
    [0, 'just now'],
    [-60_000, 'just now'],
    [59_000, '59 s ago'],
    [60_000, '1 min ago'],
    [3_599_000, '59 min ago'],
    [7_200_000, '2 h ago'],
    [172_800_000, '2 d ago'],
  ])('says of %d ms that it was %s', (ms, text) => {
    expect(relativeTime(new Date(1e12).toISOString(), 1e12 + ms)).toBe(text);
  });

  it.each([
    ['90s', 90],
    ['30m', 1_800],
    ['1h', 3_600],
    ['2d', 172_800],
    ['1', undefined],
    ['h', undefined],
    ['1.5h', undefined],
    ['-1h', undefined],
  ])('reads %s as %p seconds', (text, seconds) => {
    expect(secondsOf(text)).toBe(seconds);
  });

  it('draws as much of a bar as is done, and no more than all', () => {
    expect(barText('rows', 0, 10)).toBe(`rows ${'░'.repeat(30)} 0 % (0 of 10)`);
    expect(barText('rows', 999, 1_000)).toContain('99 %');
    expect(barText('rows', 0, 0)).toContain(`${'█'.repeat(30)} 100 %`);
    expect(barText('rows', 12, 10)).toContain(`${'█'.repeat(30)} 100 %`);
  });

  it('shows the lists of a change where it changed them', () => {
    const state = { stage: 'rollout', rolloutPercent: 10, allow: ['a'], deny: [] } as const;
    const from = { ...state, allow: [...state.allow], deny: [] };
    expect(fromToText(from, { ...from, rolloutPercent: 20 })).toBe('rollout 10 % → rollout 20 %');
    expect(fromToText(from, { ...from, allow: ['b'], deny: ['a'] })).toBe(
      'rollout 10 %, 1 allowed → rollout 10 %, 1 allowed, 1 denied',
    );
  });
});
