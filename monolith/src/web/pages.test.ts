import { describe, expect, it } from '@jest/globals';
import { type PageName, pageAt, pages, pathOfPage } from './pages.ts';

describe('pages', () => {
  it('finds each page at its own path', () => {
    for (const name of Object.keys(pages) as PageName[]) {
      const param = pages[name].path.includes(':') ? 'a b/ü' : '';
      expect(pageAt(pathOfPage(name, param))).toEqual({ name, param });
    }
  });

  it('takes a trailing slash and any case, as the API does', () => {
    expect(pageAt('/Lists/')).toEqual({ name: 'lists', param: '' });
    expect(pageAt('/JOIN/the-fig/')).toEqual({ name: 'join', param: 'the-fig' });
  });

  it.each(['/nowhere', '/lists/1/2', '/join', '/place/', '/place/%zz', '//', '/api/waitlists', ''])(
    'finds none at %j',
    (path) => {
      expect(pageAt(path === '' ? '/x/y' : path)).toBeUndefined();
    },
  );
});
