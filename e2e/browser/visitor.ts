import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** Someone with a browser of their own: no cookies, storage or cache of another. */
export interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  /** All that went wrong on their pages: errors, refused content, failed requests. Empty on a good journey. */
  readonly complaints: readonly string[];
}

export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      // Chromium refuses to start its sandbox as root.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export const desktop = { width: 1280, height: 800 };
export const phone = { width: 390, height: 844 };

export interface VisitorOptions {
  readonly baseURL: string;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
}

export async function visit(browser: Browser, options: VisitorOptions): Promise<Visitor> {
  const { baseURL, viewport = desktop, colorScheme = 'light' } = options;
  const context = await browser.newContext({ baseURL, viewport, colorScheme, locale: 'en-GB' });
  context.setDefaultTimeout(10_000);
  // Not everything that a page's policy refuses is said in the console: a caught `eval` is not.
  await context.addInitScript(`document.addEventListener('securitypolicyviolation', (event) => {
    console.error('refused by policy: ' + event.violatedDirective + ' ' + event.blockedURI);
  })`);
  const complaints: string[] = [];
  context.on('page', (page) => listen(page, complaints));
  const page = await context.newPage();
  return { page, context, complaints };
}

function listen(page: Page, complaints: string[]): void {
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') {
      complaints.push(`console: ${message.text()}`);
    }
  });
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? 'for no reason';
    // A page that is left ends its stream, and what it was still asking for.
    if (reason !== 'net::ERR_ABORTED') complaints.push(`request: ${request.url()} failed: ${reason}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`request: ${response.url()} answered ${response.status()}`);
  });
}
