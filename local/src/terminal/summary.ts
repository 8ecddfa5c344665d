import { demoPassword, demoWaitlists } from '../demo/demo-data.ts';
import type { Stack } from '../stack/stack.ts';

export interface SummaryOptions {
  readonly demo: boolean;
  readonly dataDir: string;
}

type Row = readonly [name: string, url: string, what: string];

/** The one table of addresses, and what to try first. */
export function summarize(urls: Stack['urls'], { demo, dataDir }: SummaryOptions): string {
  const rows: Row[] = [
    ['waitlist', urls.gateway, 'the web client, through the gateway'],
    ...(demo ? [joinRow(urls)] : []),
    ...(urls.mail ? [mailRow(urls.mail)] : []),
    ['operations', urls.ops, "the gateway's /readyz, /metrics and /api"],
    ['monolith', urls.monolith, 'the same waitlist, without the gateway'],
    ['services', urls.lambdaHost, 'auth on the Lambda host; functions at /_host/functions'],
  ];
  const width = Math.max(...rows.map(([, url]) => url.length));
  const table = rows.map(([name, url, what]) => `  ${name.padEnd(10)}  ${url.padEnd(width)}  ${what}`);
  const database = `  PostgreSQL  ${urls.database}`;
  const tries = demo ? ['', ...thingsToTry(urls)] : [];
  return ['', ...table, database, ...tries, '', `Data is kept in ${dataDir}. Ctrl-C stops everything.`].join(
    '\n',
  );
}

function joinRow(urls: Stack['urls']): Row {
  return ['join page', `${urls.gateway}/join/${demoWaitlists[0].slug}`, 'what a guest sees'];
}

function mailRow(url: string): Row {
  return ['mails', url, 'all that the waitlist sends'];
}

function thingsToTry({ gateway, mail }: Stack['urls']): string[] {
  const { host, slug } = demoWaitlists[0];
  const asJson = "-H 'content-type: application/json'";
  return [
    'Try',
    `  1. Log in at ${gateway} as ${host.email}, password ${demoPassword}`,
    '  2. Join the line as a guest, and see yourself on the board:',
    `     curl -s ${gateway}/api/public/waitlists/${slug}/waitees ${asJson} \\`,
    `       -d '{"name":"You","partySize":2,"email":"you@banyan.example"}'`,
    `  3. Ask for a new password${mail ? `, and read the mail at ${mail}` : ''}:`,
    `     curl -s ${gateway}/api/auth/forgot ${asJson} -d '{"email":"${host.email}"}'`,
  ];
}
