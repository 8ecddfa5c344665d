import { configOrExit, connect, createIdleCheck, createLog } from '@banyan/serving';
import { createHttpHandler, type HttpHandler } from '@banyan/serving/lambda';
import { readSeamConfig } from './config.ts';
import { createSeamApp } from './create-seam-app.ts';

const config = configOrExit('The auth seam', readSeamConfig(process.env));
const log = createLog('auth-seam', config.logLevel);
const db = connect({
  url: config.databaseUrl,
  applicationName: 'banyan-auth-seam',
  poolSize: 2,
  log,
  // An environment is frozen between requests, for how long nobody knows.
  check: createIdleCheck({ idleMs: 1_000, answersWithinMs: 1_000 }),
});

/** AWS Lambda: the seam protocol, as HTTP API events. */
export const handler: HttpHandler = createHttpHandler(
  createSeamApp({ db, log, seamToken: config.seamToken }),
);
