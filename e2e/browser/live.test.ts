import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page, WebSocketRoute } from 'playwright-core';
import { startWhole, type Whole } from '../stack/start-whole.ts';
import { describeInBrowser } from './describe-in-browser.ts';
import { register } from './register.ts';
import { screenshot } from './screenshots.ts';
import { launchChromium, type Visitor, visit } from './visitor.ts';

describeInBrowser('pages that are live, when the connection is not', (chromiumPath) => {
  let whole: Whole;
  let browser: Browser;
  let host: Visitor;
  let guest: Visitor;
  const boards: WebSocketRoute[] = [];
  let joinPath: string;

  beforeAll(async () => {
    [whole, browser] = await Promise.all([startWhole(), launchChromium(chromiumPath)]);
    host = await visit(browser, { baseURL: whole.gatewayUrl });
    guest = await visit(browser, { baseURL: whole.gatewayUrl });
    await host.page.routeWebSocket(/\/api\/live$/, (socket) => {
      socket.connectToServer();
      boards.push(socket);
    });
    await register(host.page, { displayName: 'Lina Live', email: 'lina@example.com' });
    await host.page.getByLabel('Name').fill('Live Kitchen');
    await host.page.getByLabel('End of the join link').fill('live-kitchen');
    await host.page.getByRole('button', { name: 'Create list' }).click();
    joinPath = '/join/live-kitchen';
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    await whole?.stop();
  }, 30_000);

  const isLive = (page: Page) => page.getByText('Live', { exact: true }).waitFor();

  it('brings a board back when its connection breaks, and says so meanwhile', async () => {
    await isLive(host.page);
    const before = boards.length;
    await host.context.setOffline(true);
    await boards.at(-1)?.close({ code: 1012 });
    await host.page.getByText('Reconnecting…').waitFor();
    await screenshot(host.page, 'board-reconnecting');
    await host.context.setOffline(false);
    await isLive(host.page);
    expect(boards.length).toBeGreaterThan(before);
  });

  it('shows a guest their place where no stream gets through, and tells them of the call', async () => {
    await guest.page.route('**/api/public/waitees/*', async (route) => {
      const isStream = route.request().headers().accept === 'text/event-stream';
      await (isStream ? route.abort() : route.continue());
    });
    await guest.page.goto(joinPath);
    await guest.page.getByLabel('Your name').fill('Streamless Sam');
    await guest.page.getByRole('button', { name: 'Join the line' }).click();
    await guest.page.getByRole('heading', { name: 'You are next' }).waitFor();
    await guest.page.getByText('Reconnecting…').waitFor();
    await host.page.getByRole('button', { name: 'Call Streamless Sam' }).click();
    await guest.page.getByRole('heading', { name: 'Your table is ready!' }).waitFor();
  });

  it('goes back to the stream once it gets through', async () => {
    await guest.page.unroute('**/api/public/waitees/*');
    await isLive(guest.page);
    await host.page.getByRole('button', { name: 'No-show Streamless Sam' }).click();
    await guest.page.getByRole('heading', { name: 'Your table was given away' }).waitFor();
  });

  it('tells a guest whose place was deleted', async () => {
    await host.page.getByText('Earlier').click();
    await host.page.getByRole('button', { name: 'Delete Streamless Sam' }).click();
    await host.page.getByRole('button', { name: 'Delete the guest' }).click();
    await guest.page.getByText('This place is no longer in the line').waitFor();
  });

  it('tells a host whose list was deleted elsewhere', async () => {
    const other = await host.context.newPage();
    await other.goto('/lists');
    await other.getByRole('button', { name: 'Delete Live Kitchen' }).click();
    await other.getByRole('button', { name: 'Delete the list' }).click();
    await host.page.getByText('There is no such list among yours').waitFor();
  });
});
