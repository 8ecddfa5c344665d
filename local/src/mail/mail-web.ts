import { fileURLToPath } from 'node:url';
import express, { type Express, type Response } from 'express';
import type { Mailbox } from './mailbox.ts';

const webFolder = fileURLToPath(new URL('./web', import.meta.url));

/**
 * A mail's own styles and pictures that it carries are shown; nothing in it runs, and nothing is fetched from elsewhere.
 * Mails are shown in frames without an origin, which inherit this.
 */
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** `GET` and `DELETE /api/mails`, `GET /api/mails/:id`, `GET /api/events`, and the page that shows them. */
export function createMailWeb(mailbox: Mailbox): Express {
  const app = express();
  app.disable('x-powered-by');
  const watchers = new Set<Response>();
  mailbox.onChange(() => {
    for (const watcher of watchers) watcher.write('event: change\ndata:\n\n');
  });

  app.use((request, response, next) => {
    response.set({ 'content-security-policy': contentSecurityPolicy, 'x-content-type-options': 'nosniff' });
    // A page elsewhere may resolve its own name to this machine, and would then read reset links here.
    if (isLoopbackName(request.hostname)) next();
    else response.status(421).json({ error: 'ask for this page as localhost' });
  });

  app.get('/api/mails', (request, response) => {
    const { to } = request.query;
    const mails = mailbox.list();
    response.set('cache-control', 'no-store');
    response.json(typeof to === 'string' ? mails.filter((mail) => isFor(mail.to, to)) : mails);
  });

  app.delete('/api/mails', async (_request, response) => {
    await mailbox.clear();
    response.status(204).end();
  });

  app.get('/api/mails/:id', (request, response) => {
    const mail = mailbox.list().find(({ id }) => id === request.params.id);
    if (mail) response.json(mail);
    else response.status(404).json({ error: 'no such mail' });
  });

  app.get('/api/events', (_request, response) => {
    response.set({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write('retry: 1000\n\n');
    watchers.add(response);
    response.on('close', () => watchers.delete(response));
  });

  app.use(express.static(webFolder));
  app.use((_request, response) => {
    response.status(404).json({ error: 'not found' });
  });
  return app;
}

function isLoopbackName(hostname: string | undefined): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/i.test(hostname ?? '');
}

function isFor(recipients: readonly string[], address: string): boolean {
  return recipients.some((recipient) => recipient.toLowerCase() === address.toLowerCase());
}
