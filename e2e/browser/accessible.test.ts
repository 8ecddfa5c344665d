import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { startWhole, type Whole } from '../stack/start-whole.ts';
import { describeInBrowser } from './describe-in-browser.ts';
import { register } from './register.ts';
import { screenshot } from './screenshots.ts';
import { launchChromium, phone, type Visitor, visit } from './visitor.ts';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

describeInBrowser('the web client is for everyone', (chromiumPath) => {
  let whole: Whole;
  let browser: Browser;
  let boardPath: string;

  beforeAll(async () => {
    [whole, browser] = await Promise.all([startWhole(), launchChromium(chromiumPath)]);
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    await whole?.stop();
  }, 30_000);

  it('can be joined and left by keyboard alone', async () => {
    const host = await visitor('light');
    await register(host.page, { displayName: 'Kay Keyboard', email: 'kay@example.com' });
    await host.page.getByLabel('Name').fill('Key Bar');
    await host.page.getByLabel('End of the join link').fill('key-bar');
    await host.page.keyboard.press('Enter');
    await host.page.getByRole('heading', { name: 'Key Bar' }).waitFor();
    boardPath = new URL(host.page.url()).pathname;
    await host.context.close();

    const { page, context, complaints } = await visitor('light');
    const { keyboard } = page;
    await page.goto('/join/key-bar');
    await page.getByLabel('Your name').waitFor();
    await tabTo(page, 'Your name');
    await keyboard.type('Tabea Tab');
    await tabTo(page, 'How many are you?');
    await keyboard.press('Control+A');
    await keyboard.type('5');
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: 'You are next' }).waitFor();
    expect(await focused(page)).toBe('Key Bar');
    await tabTo(page, 'Leave the line');
    await keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Leave the line?' }).waitFor();
    await keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await focused(page)).toBe('Leave the line');
    await keyboard.press('Enter');
    await tabTo(page, 'Leave');
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: 'You are no longer in the line' }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  it.each(['light', 'dark'] as const)('has no fault that axe finds, in the %s colours', async (scheme) => {
    const { page, context } = await visitor(scheme);
    for (const path of [
      '/',
      '/register',
      '/login',
      '/forgot',
      '/reset#token=x',
      '/join/key-bar',
      '/nowhere',
    ]) {
      await page.goto(path);
      await page.locator('h1').waitFor();
      expect([path, await faultsOf(page)]).toEqual([path, []]);
    }
    await page.goto('/register');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('alert').waitFor();
    expect(await faultsOf(page)).toEqual([]);

    await page.goto('/join/key-bar');
    await page.getByLabel('Your name').fill(`Guest in ${scheme}`);
    await page.getByLabel('E-mail address').fill('guest@example.com');
    await page.getByRole('button', { name: 'Join the line' }).click();
    await page.locator('.place').waitFor();
    await screenshot(page, `place-in-${scheme}`);
    expect(await faultsOf(page)).toEqual([]);

    await page.goto(`/login?next=${boardPath}`);
    await page.getByLabel('E-mail address').fill('kay@example.com');
    await page.getByLabel('Password').fill('correct horse');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText(`Guest in ${scheme}`).first().waitFor();
    await screenshot(page, `board-in-${scheme}`);
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('button', { name: `Call Guest in ${scheme}` }).click();
    await page.getByRole('button', { name: `Seat Guest in ${scheme}` }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Join link' }).click();
    expect(await faultsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    for (const path of [`${boardPath}?view=messages`, `${boardPath}?view=settings`, '/lists', '/account']) {
      await page.goto(path);
      await page.getByRole('heading', { level: 2 }).first().waitFor();
      expect([path, await faultsOf(page)]).toEqual([path, []]);
    }
    await context.close();
  });

  it('needs no sideways scrolling at 320 pixels', async () => {
    const { page, context } = await visitor('light');
    await page.setViewportSize({ width: 320, height: 640 });
    await page.goto(`/login?next=${boardPath}`);
    await page.getByLabel('E-mail address').fill('kay@example.com');
    await page.getByLabel('Password').fill('correct horse');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Key Bar' }).waitFor();
    for (const path of ['/', '/register', '/join/key-bar', '/lists', '/account', boardPath]) {
      await page.goto(path);
      await page.locator('h1').waitFor();
      const overflow = await page.locator('html').evaluate((root) => root.scrollWidth - root.clientWidth);
      expect([path, overflow]).toEqual([path, 0]);
    }
    await context.close();
  });

  it('lets nothing jump while a page loads', async () => {
    const { page, context } = await visitor('light');
    await page.addInitScript(`
      window.shifts = 0;
      new PerformanceObserver((list) => {
        for (const { value } of list.getEntries()) window.shifts += value;
      }).observe({ type: 'layout-shift', buffered: true });
    `);
    await page.goto(`/login?next=${boardPath}`);
    await page.getByLabel('E-mail address').fill('kay@example.com');
    await page.getByLabel('Password').fill('correct horse');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('Live', { exact: true }).waitFor();
    for (const path of ['/', '/join/key-bar', '/lists', boardPath, '/account']) {
      await page.goto(path, { waitUntil: 'load' });
      await page.locator('h2, form, .steps').first().waitFor();
      const shifts = Number(await page.evaluate('window.shifts'));
      expect([path, shifts < 0.02 || shifts]).toEqual([path, true]);
    }
    await context.close();
  });

  async function visitor(colorScheme: 'light' | 'dark'): Promise<Visitor> {
    const made = await visit(browser, { baseURL: whole.gatewayUrl, viewport: phone, colorScheme });
    await made.context.addInitScript({ path: axe });
    // What is still fading in has less contrast than it will have.
    await made.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    return made;
  }
});

async function faultsOf(page: Page): Promise<readonly string[]> {
  const results = (await page.evaluate('axe.run()')) as AxeResults;
  return results.violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(' | ')}`,
  );
}

/** Presses Tab until what is wanted has the focus, as one does who looks for it. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 30; presses += 1) {
    if ((await focused(page)) === name) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`No Tab leads to ${name}`);
}

function focused(page: Page): Promise<string> {
  return page.evaluate(`{
    const { activeElement } = document;
    const label = activeElement?.labels?.[0] ?? activeElement;
    label?.textContent?.trim() ?? '';
  }`);
}
