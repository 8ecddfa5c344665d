import { type Clock, createLog, type Log, systemClock } from '@banyan/serving';
import { createHttpHandler } from '@banyan/serving/lambda';
import type { Knex } from 'knex';
import type { AuthAppDeps } from '../auth-app.ts';
import type { Config } from '../config.ts';
import { startAuth } from '../start-auth.ts';
import { type AuthDatabase, createAuthDatabase } from './auth-database.ts';
import { createImagesStandIn } from './images-stand-in.ts';
import { createLambdaFront, serveForTest } from './lambda-http.ts';
import { testConfig } from './test-config.ts';

export interface TestService {
  readonly url: string;
  /** Where photos go. */
  readonly imagesUrl: string;
  readonly config: Config;
  /** For looking at rows, and for bringing them into a state that no request leads to. */
  readonly db: Knex;
  readonly databaseUrl: string;
  /** Ends the service as a SIGKILL would, for its database: no more is written, and what it held is let go of. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export interface TestServiceOptions extends Partial<Pick<AuthAppDeps, 'hashFunctions' | 'sendPhoto'>> {
  readonly clock?: Clock;
  readonly log?: Log;
  readonly config?: Partial<Config>;
  /** Express on a port, or behind Lambda's events. */
  readonly through?: 'express' | 'lambda';
  /** Of another service that goes on to use it; one of its own otherwise. */
  readonly database?: AuthDatabase;
}

/** The service, with a stand-in for images. */
export async function startTestService(options: TestServiceOptions = {}): Promise<TestService> {
  const database = options.database ?? (await createAuthDatabase());
  const databaseUrl = database.urlAs('auth_service');
  const {
    clock = systemClock,
    hashFunctions,
    sendPhoto,
    log = createLog('test', 'silent'),
    through = 'express',
  } = options;
  // The stand-in is told of the service's settings, and the service of its address.
  const images = await serveForTest(createImagesStandIn(database.admin, testConfig(databaseUrl), clock));
  const config = { ...testConfig(databaseUrl, images.url), ...options.config };
  const service = startAuth(config, {
    clock,
    log,
    ...(hashFunctions && { hashFunctions }),
    ...(sendPhoto && { sendPhoto }),
  });
  const listener =
    through === 'express' ? service.express : createLambdaFront(createHttpHandler(service.express));
  const served = await serveForTest(listener);
  const kill = async () => {
    await served.close();
    await images.close();
    await service.stop();
  };
  return {
    url: served.url,
    imagesUrl: images.url,
    config,
    db: database.admin,
    databaseUrl,
    kill,
    async stop() {
      await kill();
      if (options.database === undefined) await database.drop();
    },
  };
}
