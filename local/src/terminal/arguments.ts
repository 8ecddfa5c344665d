import { parseArgs } from 'node:util';

export interface Arguments {
  readonly help: boolean;
  readonly fresh: boolean;
  readonly json: boolean;
  readonly demo: boolean;
}

export type ArgumentsOutcome =
  | { readonly ok: true; readonly args: Arguments }
  | { readonly ok: false; readonly fault: string };

export const help = `Starts the whole waitlist on this machine, old and new side by side: PostgreSQL, mail, monolith, services on a Lambda
host, and gateway.

  npm start                  everything, with demo data the first time
  npm start -- --fresh       remove all data first
  npm start -- --no-demo     start empty
  npm start -- --json        one line of JSON on standard output once it is ready; progress on standard error
  npm start -- --help        this

Variables, with what holds if they are not set:
  GATEWAY_PORT=8080  OPS_PORT=8081  MONOLITH_PORT=4000  LAMBDA_HOST_PORT=9000
  POSTGRES_PORT=54329  MAIL_WEB_PORT=8025  MAIL_SMTP_PORT=2525
  BANYAN_DATA_DIR=.banyan    where everything is kept
  DATABASE_URL               another PostgreSQL than the embedded one
  SMTP_URL                   another mail server than the sink
  NOTIFICATION_INTERVAL_SECONDS=5
                             how often the monolith mails guests who were called; alone it takes a minute
Other variables reach the monolith and the gateway as they are; functions get what they are configured with alone.

Ctrl-C stops everything in order; a second one at once. What was written stays for the next start.
`;

export function readArguments(argv: readonly string[]): ArgumentsOutcome {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        fresh: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        'no-demo': { type: 'boolean', default: false },
      },
    });
    const { help, fresh, json } = values;
    return { ok: true, args: { help, fresh, json, demo: !values['no-demo'] } };
  } catch (error) {
    return { ok: false, fault: error instanceof Error ? error.message : String(error) };
  }
}
