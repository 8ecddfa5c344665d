import { writeSync } from 'node:fs';
import { describe } from '@jest/globals';
import { readBrowserConfig } from './config.ts';
import { findChromium } from './find-chromium.ts';

/** A `describe` that is run where a Chromium is found; elsewhere it is left out, and says so, or fails if one must be. */
export function describeInBrowser(name: string, tests: (chromiumPath: string) => void): void {
  const config = readBrowserConfig();
  const found = findChromium(config);
  if (found.ok) {
    describe(name, () => tests(found.path));
    return;
  }
  if (config.isChromiumRequired) throw new Error(found.reason);
  // Past Jest's own capture: it must be seen also where all is well.
  writeSync(2, `\nBrowser tests left out: ${name}. ${found.reason}\n`);
  describe.skip(name, () => tests(''));
}
