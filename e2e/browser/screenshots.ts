import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { readBrowserConfig } from './config.ts';
import { desktop, phone } from './visitor.ts';

// The temp folder is everyone's: a user can't write into what another has made there.
const folder =
  readBrowserConfig().screenshotsDir ?? join(tmpdir(), `banyan-screenshots-${process.getuid?.() ?? 'user'}`);

/** Takes the page as it is at the width of a desktop and of a phone. People look at them; no test compares them. */
export async function screenshot(page: Page, name: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const before = page.viewportSize() ?? desktop;
  for (const [size, viewport] of Object.entries({ desktop, phone })) {
    await page.setViewportSize(viewport);
    await page.screenshot({
      path: join(folder, `${name}-${size}.png`),
      animations: 'disabled',
      fullPage: true,
    });
  }
  await page.setViewportSize(before);
}
