import type { Server } from 'node:http';
import express, { type Express } from 'express';
import type { Knex } from 'knex';
import { createAuthenticator } from './auth/authenticator.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import { createGuestsFeature } from './guests/feature.ts';
import { createGuestTokens } from './guests/guest-tokens.ts';
import { bindHealth } from './health/health.ts';
import { logAccess } from './http/access-log.ts';
import { bindRoutes } from './http/bind-routes.ts';
import { createKeptAnswers } from './http/kept-answers.ts';
import { mapErrors } from './http/map-error.ts';
import { refuseUnknownPaths } from './http/refuse-unknown-paths.ts';
import { assignRequestId } from './http/request-id.ts';
import { securityHeaders } from './http/security-headers.ts';
import { createImagesFeature } from './images/feature.ts';
import type { Log } from './log.ts';
import type { Mailer } from './mail/mailer.ts';
import { callDue } from './notifications/call-due.ts';
import { createNotificationsFeature } from './notifications/feature.ts';
import { createWaitlistsFeature } from './waitlists/feature.ts';
import { createLine } from './waitlists/line.ts';
import { attachLive } from './waitlists/live/attach-live.ts';
import { createChangeFeed } from './waitlists/live/change-feed.ts';
import { createWebFeature } from './web/feature.ts';

export interface AppDeps {
  readonly config: Config;
  readonly db: Knex;
  readonly clock: Clock;
  readonly mailer: Mailer;
  readonly log: Log;
}

export interface App {
  readonly express: Express;
  /** Begins the work that no request asks for, and serves the boards of `server`. */
  start(server: Server): void;
  /** From now on not ready. Ends streams and boards, which would last for as long as their clients like. */
  drain(): Promise<void>;
  /** Ends the work that `start` began. */
  stop(): Promise<void>;
}

/** The application, whole: every part and what it depends on. */
export async function createApp({ config, db, clock, mailer, log }: AppDeps): Promise<App> {
  const keptAnswers = createKeptAnswers(config.idempotencySecret, clock);
  const { authenticate, readAccessToken } = createAuthenticator({ db, clock, options: config });

  const feed = createChangeFeed({ databaseUrl: config.databaseUrl, log });
  const tokens = createGuestTokens(config.guestTokenSecret);
  const line = createLine({ tokens, callDue });
  const web = await createWebFeature();
  const waitlists = createWaitlistsFeature({ db, line });
  const guests = createGuestsFeature({ db, line, tokens, feed, renderJoinPage: web.renderJoinPage, log });
  const images = await createImagesFeature({ db, uploadsDir: config.uploadsDir, clock, log });
  const notifications = createNotificationsFeature({
    db,
    mailer,
    guestTokenOf: tokens.tokenOf,
    publicUrl: config.publicUrl,
    intervalSeconds: config.notificationIntervalSeconds,
    drainSeconds: config.drainSeconds,
    log,
  });

  const handlers = {
    ...images.handlers,
    ...notifications.handlers,
    ...waitlists,
    ...guests.handlers,
  };

  let draining = false;
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', false);
  app.use(assignRequestId, logAccess(log), securityHeaders);
  bindHealth(app, { db, log, isDraining: () => draining });
  bindRoutes(app, handlers, { db, keptAnswers, authenticate, log });
  app.use(web.handler, refuseUnknownPaths, mapErrors(log));

  let live: ReturnType<typeof attachLive> | undefined;
  return {
    express: app,
    start(server) {
      feed.start();
      images.start();
      notifications.start();
      live = attachLive(server, { db, feed, readAccessToken, log });
    },
    async drain() {
      draining = true;
      guests.drain();
      await live?.drain();
    },
    async stop() {
      await Promise.all([feed.stop(), images.stop(), notifications.stop()]);
    },
  };
}
