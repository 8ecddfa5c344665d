import type { Server } from 'node:http';
import type { RouteName } from '@banyan/contracts';
import type { Clock, Handlers, Log } from '@banyan/serving';
import {
  assignRequestId,
  bindRoutes,
  createAuthenticator,
  createDatabaseTokenKeys,
  createKeptAnswers,
  createLoginLimits,
  createPeriodic,
  logAccess,
  mapErrors,
  monolithTokenKey,
  refuseUnknownPaths,
  securityHeaders,
  sweepLoginFailures,
} from '@banyan/serving';
import express, { type Express } from 'express';
import type { Knex } from 'knex';
import { createAuthFeature } from './auth/feature.ts';
import { sweepSessions } from './auth/sweep.ts';
import type { Config } from './config.ts';
import { createListener } from './database/listener.ts';
import { createGuestsFeature } from './guests/feature.ts';
import { createGuestTokens } from './guests/guest-tokens.ts';
import { bindHealth } from './health/health.ts';
import { createImagesFeature } from './images/feature.ts';
import type { Mailer } from './mail/mailer.ts';
import { createOutbox } from './mail/outbox.ts';
import { sweepOutgoingMails } from './mail/sweep.ts';
import { wakeOutbox } from './mail/wake-outbox.ts';
import { callDue } from './notifications/call-due.ts';
import { createNotificationsFeature } from './notifications/feature.ts';
import { createWaitlistsFeature } from './waitlists/feature.ts';
import { createLine } from './waitlists/line.ts';
import { attachLive, type Live } from './waitlists/live/attach-live.ts';
import { createChangeFeed } from './waitlists/live/change-feed.ts';
import { contentSecurityPolicy, createWebFeature } from './web/feature.ts';

export interface AppDeps {
  readonly config: Config;
  readonly db: Knex;
  readonly clock: Clock;
  readonly mailer: Mailer;
  readonly log: Log;
}

export interface App {
  readonly express: Express;
  /** Serves the hosts' boards, which come as upgrades on the server. */
  attach(server: Server): void;
  /** Begins the work that no request asks for. */
  start(): void;
  /** From now on not ready. Ends streams and boards, which would last for as long as their clients like. */
  drain(): Promise<void>;
  /** Ends the work that `start` began. */
  stop(): Promise<void>;
}

const sweepEveryMs = 60 * 60 * 1_000;

/** The application, whole: every part and what it depends on. @throws if there is no place to keep images */
export async function createApp({ config, db, clock, mailer, log }: AppDeps): Promise<App> {
  const keptAnswers = createKeptAnswers(config.idempotencySecret, clock);
  const tokenKeys = createDatabaseTokenKeys({
    db,
    clock,
    log,
    known: { [config.jwtKeyId]: monolithTokenKey(config.jwtSecret) },
  });
  const findTokenKey = tokenKeys.find;
  const { authenticate, readAccessToken } = createAuthenticator({ db, clock, findTokenKey });
  const loginLimits = createLoginLimits({
    db,
    log,
    failuresPerAccount: config.loginFailuresPerAccount,
    failuresPerAddress: config.loginFailuresPerAddress,
  });
  const { publicUrl } = config;
  const outbox = createOutbox({ db, mailer, clock, log, mailHost: new URL(publicUrl).hostname });
  const listener = createListener({ databaseUrl: config.databaseUrl, log });
  wakeOutbox(listener, outbox);
  const feed = createChangeFeed(listener);
  const tokens = createGuestTokens(config.guestTokenSecret);
  const line = createLine({ tokens, callDue });

  const web = await createWebFeature();
  const images = await createImagesFeature({ db, uploadsDir: config.uploadsDir, clock, log });
  const auth = await createAuthFeature({
    db,
    clock,
    images: images.images,
    outbox,
    tokenKeys,
    loginLimits,
    options: config,
  });
  const waitlists = createWaitlistsFeature({ db, line });
  const guests = createGuestsFeature({ db, line, tokens, feed, renderJoinPage: web.renderJoinPage, log });
  const notifications = createNotificationsFeature({
    db,
    mailer,
    guestTokenOf: tokens.tokenOf,
    publicUrl,
    intervalSeconds: config.notificationIntervalSeconds,
    drainSeconds: config.drainSeconds,
    log,
  });

  // The type is the proof that every route of the contract has its handler.
  const handlers: Handlers<RouteName> = {
    ...auth,
    ...images.handlers,
    ...notifications.handlers,
    ...waitlists,
    ...guests.handlers,
  };

  let draining = false;
  const app = express();
  app.disable('x-powered-by');
  // Answers that have a validator bring their own; a query is read strictly, where a route takes one.
  app.set('etag', false);
  app.set('query parser', false);
  app.use(assignRequestId, logAccess(log), securityHeaders(contentSecurityPolicy));
  bindHealth(app, { db, log, isDraining: () => draining });
  const { trustedProxyHops } = config;
  bindRoutes(app, handlers, { db, keptAnswers, authenticate, log, trustedProxyHops });
  app.use(web.handler, refuseUnknownPaths, mapErrors(log));

  const sweep = async () => {
    await keptAnswers.sweep(db);
    await sweepSessions(db, clock.now());
    await sweepLoginFailures(db, clock.now());
    await sweepOutgoingMails(db, clock.now());
  };
  const sweeper = createPeriodic({ name: 'sweep', everyMs: sweepEveryMs, work: sweep, log });
  let live: Live | undefined;
  return {
    express: app,
    attach(server) {
      live = attachLive(server, { db, feed, readAccessToken, log });
    },
    start() {
      for (const part of [listener, images, notifications, outbox, sweeper]) part.start();
    },
    async drain() {
      draining = true;
      guests.drain();
      await live?.drain();
    },
    async stop() {
      await Promise.all([listener, images, notifications, outbox, sweeper].map((part) => part.stop()));
    },
  };
}
