import type { RequestHandler, Response } from 'express';
import { compressAsset, sendAsset } from './asset.ts';
import { clientBundle } from './bundle-client.ts';
import { faviconSvg, iconPath } from './favicon.ts';
import { pageAt, pages } from './pages.ts';
import { type JoinPage, renderJoinPage, renderNotFound, renderShell } from './shell.ts';

export { contentSecurityPolicy } from './content-security-policy.ts';
export type { JoinPage } from './shell.ts';

export interface WebFeature {
  /**
   * Answers GET and HEAD outside the API: the client's assets, its pages, and for anything else a 404 page. Mount it
   * after the contract's routes. What is the API's, and other methods, it passes on.
   */
  readonly handler: RequestHandler;
  /** The HTML of `GET /join/:slug`; without a waitlist, of the page that says so, to be sent with 404. */
  readonly renderJoinPage: (page: JoinPage) => string;
}

/** @throws Error when the client does not build: a monolith without its pages must not start. */
export async function createWebFeature(): Promise<WebFeature> {
  const [{ script, style }, icon] = await Promise.all([
    clientBundle(),
    compressAsset({
      path: iconPath,
      contentType: 'image/svg+xml',
      body: Buffer.from(faviconSvg),
      lifetime: 'day',
    }),
  ]);
  const assets = new Map([script, style, icon].map((asset) => [asset.path, asset]));
  const links = { script: script.path, style: style.path, icon: icon.path };

  const handler: RequestHandler = (request, response, next) => {
    const { path } = request;
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!isRead || isApiPath(path)) {
      next();
      return;
    }
    const asset = assets.get(path);
    const page = pageAt(path);
    if (asset !== undefined) sendAsset(asset, request, response);
    else if (page !== undefined) sendHtml(response, 200, renderShell(links, pages[page.name].title));
    else sendHtml(response, 404, renderNotFound(links));
  };

  return { handler, renderJoinPage: (page) => renderJoinPage(links, page) };
}

function isApiPath(path: string): boolean {
  return /^\/(?:api|\.well-known)(?:\/|$)/i.test(path);
}

function sendHtml(response: Response, status: number, page: string): void {
  // Asked for anew each time, so that a page never refers to a script that a newer release no longer has.
  response.status(status).set('Cache-Control', 'no-cache').type('html').send(page);
}
