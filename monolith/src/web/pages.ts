import { routes } from '@banyan/contracts';

/**
 * The pages of the web client. The server answers its shell for each of them, and the client draws it: both read this
 * one table. The join page alone is also a route of the contract, which says where it is.
 */
export const pages = {
  home: { path: '/', title: 'Waitlist' },
  register: { path: '/register', title: 'Create an account' },
  login: { path: '/login', title: 'Log in' },
  forgot: { path: '/forgot', title: 'Forgotten password' },
  reset: { path: '/reset', title: 'Set a new password' },
  account: { path: '/account', title: 'My account' },
  lists: { path: '/lists', title: 'My lists' },
  board: { path: '/lists/:id', title: 'The line' },
  join: { path: routes.joinPage.path, title: 'Join the line' },
  place: { path: '/place/:token', title: 'My place in the line' },
} as const satisfies Record<string, { readonly path: `/${string}`; readonly title: string }>;

export type PageName = keyof typeof pages;

export interface PageLocation {
  readonly name: PageName;
  /** The one parameter that a page's path may have; '' for a page without. */
  readonly param: string;
}

/** Finds the page of a path as it is in an address: still escaped. A trailing slash and case do not matter. */
export function pageAt(pathname: string): PageLocation | undefined {
  const given = segmentsOf(pathname);
  for (const [name, page] of Object.entries(pages)) {
    const param = matchSegments(segmentsOf(page.path), given);
    if (param !== undefined) return { name: name as PageName, param };
  }
  return undefined;
}

export function pathOfPage(name: PageName, param = ''): string {
  return pages[name].path.replace(/:\w+/, encodeURIComponent(param));
}

function segmentsOf(path: string): readonly string[] {
  return path.replace(/\/$/, '').split('/').slice(1);
}

function matchSegments(pattern: readonly string[], given: readonly string[]): string | undefined {
  if (pattern.length !== given.length) return undefined;
  let param: string | undefined = '';
  for (const [index, expected] of pattern.entries()) {
    const segment = given[index] ?? '';
    if (expected.startsWith(':')) param = decodeSegment(segment);
    else if (expected !== segment.toLowerCase()) return undefined;
  }
  return param;
}

function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment) || undefined;
  } catch {
    return undefined;
  }
}
