import { demoPassword, demoWaitlists } from '../demo/demo-data.ts';
import type { Stack } from '../stack/start-stack.ts';

/** The one table of addresses, and what to try first. */
export function summarize(
  urls: Stack['urls'],
  { demo, dataDir }: { demo: boolean; dataDir: string },
): string {
  const rows: [string, string, string][] = [
    ['waitlist', urls.gateway, 'the web client, through the gateway'],
    ...(demo
      ? ([['join page', joinPage(urls), 'what a guest sees']] satisfies [string, string, string][])
      : []),
    ...(urls.mail
      ? ([['mails', urls.mail, 'all that the waitlist sends']] satisfies [string, string, string][])
      : []),
    ['gateway ops', urls.ops, 'health and metrics: /readyz, /metrics'],
    ['monolith', urls.monolith, 'the same, without the gateway'],
    ['PostgreSQL', urls.database, `data is kept in ${dataDir}`],
  ];
  const [nameWidth, urlWidth] = [0, 1].map((column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const table = rows.map(
    ([name, url, what]) => `  ${name.padEnd(nameWidth ?? 0)}  ${url.padEnd(urlWidth ?? 0)}  ${what}`,
  );
  return ['', ...table, '', ...(demo ? thingsToTry(urls) : []), 'Ctrl-C stops everything.'].join('\n');
}

function joinPage(urls: Stack['urls']): string {
  return `${urls.gateway}/join/${demoWaitlists[0].slug}`;
}

function thingsToTry(urls: Stack['urls']): string[] {
  const { host, slug } = demoWaitlists[0];
  const json = "-H 'content-type: application/json'";
  return [
    'Try',
    `  1. Log in at ${urls.gateway} as ${host.email}, password ${demoPassword}`,
    '  2. Join the line as a guest, and see yourself on the board:',
    `     curl -s ${urls.gateway}/api/public/waitlists/${slug}/waitees ${json} \\`,
    `       -d '{"name":"You","partySize":2,"email":"you@banyan.example"}'`,
    '  3. Ask for a new password, and find the mail:',
    `     curl -s ${urls.gateway}/api/auth/forgot ${json} -d '{"email":"${host.email}"}'`,
    ...(urls.mail ? [`     curl -s '${urls.mail}/api/mails?to=${host.email}'`] : []),
    '',
  ];
}
