import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { startWhole, type Whole } from '../stack/start-whole.ts';
import { waitUntil } from '../stack/wait-until.ts';
import { describeInBrowser } from './describe-in-browser.ts';
import { drawnPhoto } from './drawn-photo.ts';
import { screenshot } from './screenshots.ts';
import { launchChromium, phone, type Visitor, visit } from './visitor.ts';

const email = 'una@example.com';

describeInBrowser('an account, through the gateway', (chromiumPath) => {
  let whole: Whole;
  let browser: Browser;
  let visitor: Visitor;
  let page: Page;

  beforeAll(async () => {
    [whole, browser] = await Promise.all([startWhole(), launchChromium(chromiumPath)]);
    visitor = await visit(browser, { baseURL: whole.gatewayUrl, viewport: phone });
    page = visitor.page;
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    await whole?.stop();
  }, 30_000);

  it('names every fault of a form at its field, and in a summary that has the focus', async () => {
    await page.goto('/register');
    await page.getByLabel('E-mail address').fill('una@');
    await page.getByLabel('Password').fill('short');
    await page.getByRole('button', { name: 'Create account' }).click();
    const summary = page.getByRole('alert');
    await summary.waitFor();
    expect(await page.locator('[role=alert]:focus').count()).toBe(1);
    expect(await summary.getByRole('link').allTextContents()).toEqual([
      'Name must not be empty',
      'E-mail address must be an e-mail address',
      'Password must have at least 8 characters',
    ]);
    await screenshot(page, 'register-faults');
    await summary.getByRole('link', { name: /^Password/ }).click();
    expect(await page.getByLabel('Password').getAttribute('aria-invalid')).toBe('true');
    expect(await page.locator('input[type=password]:focus').count()).toBe(1);
    // Judged before anything was sent.
    expect(visitor.complaints).toEqual([]);
  });

  it('keeps what was typed, and registers once it is right', async () => {
    await page.getByLabel('Name').fill('Una User');
    await page.getByLabel('E-mail address').fill(email);
    await page.getByLabel('Password').fill('first password');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('heading', { name: 'My lists' }).waitFor();
  });

  it('says which field the server refused', async () => {
    const other = await visit(browser, { baseURL: whole.gatewayUrl });
    await other.page.goto('/register');
    await other.page.getByLabel('Name').fill('Una Again');
    await other.page.getByLabel('E-mail address').fill(email);
    await other.page.getByLabel('Password').fill('first password');
    await other.page.getByRole('button', { name: 'Create account' }).click();
    await other.page.getByRole('alert').getByText('has an account already').waitFor();
    expect(await other.page.getByLabel('E-mail address').getAttribute('aria-invalid')).toBe('true');
    await other.context.close();
  });

  it('takes a new photo and gives it up again', async () => {
    await page.getByRole('link', { name: 'My account: Una User' }).click();
    await page.getByLabel('New photo').setInputFiles({
      name: 'una.jpg',
      mimeType: 'image/jpeg',
      buffer: await drawnPhoto(280),
    });
    await page.getByRole('button', { name: 'Save photo' }).click();
    await page.getByText('This is your photo now.').waitFor();
    await page.locator('.account-link img').waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Remove my photo' }).click();
    await page.getByText('Your photo was removed.').waitFor();
    expect(await page.locator('.account-link img').count()).toBe(0);
  });

  it('refuses what is no image, and says so at the field', async () => {
    const fake = { name: 'fake.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no image') };
    await page.getByLabel('New photo').setInputFiles(fake);
    await page.getByRole('button', { name: 'Save photo' }).click();
    await page.getByRole('alert').getByText('must be a JPEG').waitFor();
  });

  it('changes the profile', async () => {
    await page.getByLabel('Name').fill('Una Renamed');
    await page.getByRole('button', { name: 'Save profile' }).click();
    await page.getByText('Your profile was saved.').waitFor();
    await page.getByRole('link', { name: 'My account: Una Renamed' }).waitFor();
  });

  it('changes the password, if the current one is right', async () => {
    await page.getByLabel('Current password').fill('wrong password');
    await page.getByLabel('New password').fill('second password');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByRole('alert').getByText('is not your current password').waitFor();
    await page.getByLabel('Current password').fill('first password');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('Your password was changed.').waitFor();
  });

  it('goes on when the access token is refused, in two tabs at once', async () => {
    const other = await visitor.context.newPage();
    await other.goto('/');
    await page.evaluate(`{
      const stored = JSON.parse(localStorage.getItem('waitlist.session'));
      localStorage.setItem('waitlist.session', JSON.stringify({ ...stored, accessToken: 'expired' }));
    }`);
    await Promise.all([page.goto('/lists'), other.goto('/lists')]);
    const first = (tab: Page) => tab.getByRole('heading', { name: 'Create your first list' }).waitFor();
    await Promise.all([first(page), first(other)]);
    await other.close();
  });

  it('logs out, and comes back to the page that was asked for', async () => {
    await page.goto('/account');
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('link', { name: 'Create an account' }).waitFor();
    await page.goto('/account');
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    await screenshot(page, 'login');
    await page.getByLabel('E-mail address').fill(email);
    await page.getByLabel('Password').fill('not this one');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('alert').getByText('is not right').waitFor();
    await page.getByLabel('Password').fill('second password');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'My account' }).waitFor();
  });

  it('sets a forgotten password by the link in the mail', async () => {
    await page.goto('/forgot');
    await page.getByLabel('E-mail address').fill(email);
    await screenshot(page, 'forgot');
    await page.getByRole('button', { name: 'Send me a link' }).click();
    await page.getByText('is on its way').waitFor();
    await screenshot(page, 'forgot-sent');
    await waitUntil('the mail', async () => (await whole.mailsTo(email)).length > 0);
    const [mail] = await whole.mailsTo(email);
    const link = new URL(/https?:\S+\/reset\S+/.exec(mail?.text ?? '')?.[0] ?? '');
    await page.goto(link.pathname + link.search + link.hash);
    await page.getByLabel('New password').fill('third password');
    await screenshot(page, 'reset');
    await page.getByRole('button', { name: 'Set password' }).click();
    await page.getByText('Your new password holds.').waitFor();
    await page.getByLabel('E-mail address').fill(email);
    await page.getByLabel('Password').fill('third password');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'My lists' }).waitFor();
    await page.goto(link.pathname + link.search + link.hash);
    await page.getByLabel('New password').fill('fourth password');
    await page.getByRole('button', { name: 'Set password' }).click();
    await page.getByRole('alert').getByText('used up').waitFor();
  });
});
