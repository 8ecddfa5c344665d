import { describe, expect, it } from '@jest/globals';
import { type BrowserConfig, readBrowserConfig } from './config.ts';
import { findChromium } from './find-chromium.ts';

const config: BrowserConfig = readBrowserConfig({ PATH: '/one:/two' });
const installed =
  (...paths: string[]) =>
  (path: string) =>
    paths.includes(path);

describe('finding a Chromium', () => {
  it('takes the one that the environment names', () => {
    const named = { ...config, chromiumPath: '/opt/mine' };
    expect(findChromium(named, installed('/opt/mine', '/one/chromium'))).toEqual({
      ok: true,
      path: '/opt/mine',
    });
  });

  it('takes no other when that one cannot be run', () => {
    const outcome = findChromium({ ...config, chromiumPath: '/opt/mine' }, installed('/one/chromium'));
    expect(outcome).toEqual({ ok: false, reason: 'CHROMIUM_PATH is /opt/mine, which cannot be run.' });
  });

  it('looks for each name in each folder, Chromium first', () => {
    const found = findChromium(config, installed('/one/google-chrome', '/two/chromium'));
    expect(found).toEqual({ ok: true, path: '/two/chromium' });
  });

  it('finds the application of a Mac', () => {
    const application = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
    expect(findChromium(config, installed(application))).toEqual({ ok: true, path: application });
  });

  it('says plainly that there is none', () => {
    const outcome = findChromium(config, () => false);
    expect(outcome).toMatchObject({ ok: false, reason: expect.stringContaining('CHROMIUM_PATH') });
  });
});
