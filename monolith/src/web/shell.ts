import type { PublicWaitlist } from '@banyan/contracts';
import { type Html, html } from './html.ts';
import { lineSummary } from './line-summary.ts';

/** Where the shell finds what it refers to. */
export interface ShellAssets {
  readonly script: string;
  readonly style: string;
  readonly icon: string;
}

export interface JoinPage {
  readonly slug: string;
  /** Undefined where there is no such list. */
  readonly waitlist: PublicWaitlist | undefined;
}

const nothing = html``;

/** The page that the client draws itself into. */
export function renderShell(assets: ShellAssets, title: string): string {
  const app = html`<div id="app"></div>
    <noscript><main class="page"><h1>${title}</h1><p>This page needs JavaScript.</p></main></noscript>`;
  return renderDocument(assets, { title, body: app, script: true });
}

/**
 * The join page: says which list it is and how long the wait is before any script has run. The client starts from the
 * same facts, so that nothing jumps when it takes over.
 */
export function renderJoinPage(assets: ShellAssets, { waitlist }: JoinPage): string {
  if (waitlist === undefined)
    return renderNotFound(assets, 'There is no such list. It may have been removed.');
  const body = html`<div id="app" data-waitlist="${JSON.stringify(waitlist)}">${header(assets)}<main class="page page-narrow" id="main">
      <div class="page-head"><h1>${waitlist.name}</h1></div>
      <p class="lead">${lineSummary(waitlist)}</p>
      <noscript><p>To join from this page, JavaScript is needed. Please ask the host to add you.</p></noscript>
    </main></div>`;
  return renderDocument(assets, { title: `${waitlist.name} · Join the line`, body, script: true });
}

export function renderNotFound(assets: ShellAssets, message = 'There is no page at this address.'): string {
  const body = html`<div id="app">${header(assets)}<main class="page page-narrow" id="main">
      <div class="page-head"><h1>Not found</h1></div>
      <p class="lead">${message}</p>
      <p><a class="button" href="/">Go to the start</a></p>
    </main></div>`;
  return renderDocument(assets, { title: 'Not found', body, script: false });
}

/** As the client draws it for guests: what it finds in place does not move when it takes over. */
function header({ icon }: ShellAssets): Html {
  return html`<header class="site-header"><div class="site-header-row">
      <a class="brand" href="/"><img src="${icon}" alt="" width="28" height="28">Waitlist</a>
    </div></header>`;
}

interface Document {
  readonly title: string;
  readonly body: Html;
  readonly script: boolean;
}

function renderDocument(assets: ShellAssets, { title, body, script }: Document): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="same-origin">
<title>${title}</title>
<link rel="icon" href="${assets.icon}" type="image/svg+xml">
<link rel="stylesheet" href="${assets.style}">
${script ? html`<script type="module" src="${assets.script}"></script>` : nothing}
</head>
<body>
${body}
</body>
</html>
`.markup;
}
