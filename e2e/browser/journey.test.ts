import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { startWhole, type Whole } from '../stack/start-whole.ts';
import { waitUntil } from '../stack/wait-until.ts';
import { describeInBrowser } from './describe-in-browser.ts';
import { drawnPhoto } from './drawn-photo.ts';
import { screenshot } from './screenshots.ts';
import { launchChromium, phone, type Visitor, visit } from './visitor.ts';

describeInBrowser('an evening at the restaurant, through the gateway', (chromiumPath) => {
  let whole: Whole;
  let browser: Browser;
  let host: Visitor;
  let guest: Visitor;
  let joinPath: string;

  beforeAll(async () => {
    [whole, browser] = await Promise.all([startWhole(), launchChromium(chromiumPath)]);
    host = await visit(browser, { baseURL: whole.gatewayUrl });
    guest = await visit(browser, { baseURL: whole.gatewayUrl, viewport: phone });
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    await whole?.stop();
  }, 30_000);

  it('begins at the door', async () => {
    await host.page.goto('/');
    await host.page.getByRole('link', { name: 'Create an account' }).waitFor();
    await screenshot(host.page, 'home');
    await host.page.getByRole('link', { name: 'Create an account' }).click();
    await heading(host.page, 'Create an account');
  });

  it('registers a host with a photo, which is shown before it is sent and after', async () => {
    const { page } = host;
    await page.getByLabel('Name').fill('Grace Host');
    await page.getByLabel('E-mail address').fill('grace@example.com');
    await page.getByLabel('Password').fill('correct horse');
    const photo = { name: 'me.jpg', mimeType: 'image/jpeg', buffer: await drawnPhoto(150) };
    await page.getByLabel('Photo').setInputFiles(photo);
    await isDrawn(page, 'img[alt="The chosen one"]');
    await screenshot(page, 'register');
    await page.getByRole('button', { name: 'Create account' }).click();
    await heading(page, 'My lists');
    await isDrawn(page, '.account-link img');
    await page.getByRole('link', { name: 'My account: Grace Host' }).click();
    await heading(page, 'My account');
    await isDrawn(page, '.photo-field img');
    await screenshot(page, 'account');
  });

  it('makes a list', async () => {
    const { page } = host;
    await page.getByRole('link', { name: 'My lists' }).click();
    await screenshot(page, 'lists-empty');
    await page.getByLabel('Name').fill('Trattoria Fico');
    await page.getByRole('button', { name: 'Create list' }).click();
    await heading(page, 'Trattoria Fico');
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Join link' }).click();
    await screenshot(page, 'join-link');
    const link = page.getByRole('dialog').getByRole('link');
    joinPath = new URL((await link.getAttribute('href')) ?? '').pathname;
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('adds a guest who came without a phone', async () => {
    const { page } = host;
    await page.getByRole('button', { name: 'Add guest' }).click();
    await page.getByLabel('Name').fill('Walter Walk-in');
    await page.getByLabel('Party size').fill('4');
    await page.getByLabel('Note').fill('Highchair, please');
    await screenshot(page, 'add-guest');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('listitem').filter({ hasText: 'Walter Walk-in' }).waitFor();
  });

  it('lets a guest join on their phone, and shows them to the host at once', async () => {
    const { page } = guest;
    await page.goto(joinPath);
    await heading(page, 'Trattoria Fico');
    await page.getByText('1 party is waiting').waitFor();
    await screenshot(page, 'join');
    await page.getByLabel('Your name').fill('Ada Guest');
    await page.getByLabel('How many are you?').fill('3');
    await page.getByLabel('E-mail address').fill('ada@example.com');
    await page.getByRole('button', { name: 'Join the line' }).click();
    await page.getByRole('heading', { name: 'Number 2 in the line' }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    await screenshot(page, 'place-waiting');
    await host.page.getByRole('listitem').filter({ hasText: 'Ada Guest' }).waitFor();
    await screenshot(host.page, 'board');
  });

  it('moves the guest up, on both pages', async () => {
    await host.page.getByRole('button', { name: 'Move Ada Guest up' }).click();
    await guest.page.getByRole('heading', { name: 'You are next' }).waitFor();
    const first = host.page.getByRole('listitem').filter({ has: host.page.getByText('Number 1') });
    await first.filter({ hasText: 'Ada Guest' }).waitFor();
    await host.page.locator('[id^="move-up-"]:focus').waitFor();
  });

  it('finds the place again when the phone comes back to the list', async () => {
    const { page } = guest;
    await page.goto(joinPath);
    await page.getByRole('link', { name: 'See my place' }).click();
    await page.getByRole('heading', { name: 'You are next' }).waitFor();
  });

  it('calls the guest: their page changes without a reload, and the mail arrives', async () => {
    const body = guest.page.locator('body');
    await body.evaluate((element) => element.setAttribute('data-loaded', 'once'));
    await host.page.getByRole('button', { name: 'Call Ada Guest' }).click();
    await guest.page.getByRole('heading', { name: 'Your table is ready!' }).waitFor();
    expect(await guest.page.title()).toMatch(/^Your table is ready!/);
    expect(await body.getAttribute('data-loaded')).toBe('once');
    await screenshot(guest.page, 'place-called');
    await host.page.locator('li:focus', { hasText: 'Ada Guest' }).waitFor();
    await screenshot(host.page, 'board-called');
    await waitUntil('the mail', async () => (await whole.mailsTo('ada@example.com')).length > 0);
    const [mail] = await whole.mailsTo('ada@example.com');
    expect(mail?.subject).toBe('Your table at Trattoria Fico is ready');
    const link = /https?:\S+\/place\/\S+/.exec(mail?.text ?? '')?.[0] ?? '';
    const fromMail = await guest.context.newPage();
    await fromMail.goto(new URL(link).pathname);
    await fromMail.getByRole('heading', { name: 'Your table is ready!' }).waitFor();
    await fromMail.close();
  });

  it('shows the host what was sent', async () => {
    const { page } = host;
    await page.getByRole('link', { name: 'Messages' }).click();
    const row = page.getByRole('listitem').filter({ hasText: 'Ada Guest' });
    await row.getByText('Sent').waitFor({ timeout: 15_000 });
    await page.getByLabel('Subject when called').waitFor();
    await screenshot(page, 'messages');
    await page.getByLabel('Subject when called').fill('Come in, {{who}}');
    await page.getByRole('button', { name: 'Save texts' }).click();
    await page.getByRole('alert').getByText('{{who}}').waitFor();
    await screenshot(page, 'messages-fault');
    await page.getByLabel('Subject when called').fill('Come in, {{guest}}');
    await page.getByRole('button', { name: 'Save texts' }).click();
    await page.getByText('The texts were saved.').waitFor();
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('heading', { name: 'Delete this list' }).waitFor();
    await screenshot(page, 'settings');
  });

  it('seats the guest, and closes the list', async () => {
    const { page } = host;
    await page.getByRole('link', { name: 'Line', exact: true }).click();
    await page.getByRole('button', { name: 'Seat Ada Guest' }).click();
    await guest.page.getByRole('heading', { name: 'Enjoy your meal' }).waitFor();
    await screenshot(guest.page, 'place-seated');
    await page.getByRole('switch').click();
    await page.getByText('is closed').waitFor();
    await guest.page.getByRole('link', { name: 'Join again' }).click();
    await guest.page.getByText('The list is closed right now').waitFor();
    await screenshot(guest.page, 'join-closed');
    await page.getByRole('link', { name: 'My lists' }).click();
    await page.getByText('1 waiting').waitFor();
    await screenshot(page, 'lists');
  });

  it('deletes the list once asked twice', async () => {
    const { page } = host;
    await page.getByRole('button', { name: 'Delete Trattoria Fico' }).click();
    await screenshot(page, 'delete-list');
    await page.getByRole('button', { name: 'Delete the list' }).click();
    await page.getByRole('heading', { name: 'Create your first list' }).waitFor();
  });

  it('had nothing to complain of on any page', () => {
    expect(host.complaints).toEqual([]);
    expect(guest.complaints).toEqual([]);
  });
});

async function heading(page: Page, name: string): Promise<void> {
  await page.getByRole('heading', { level: 1, name }).waitFor();
}

/** Waits until an image was fetched and decoded. */
async function isDrawn(page: Page, selector: string): Promise<void> {
  await page.locator(selector).evaluate((image) => image.decode());
}
