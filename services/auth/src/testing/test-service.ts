import { type Clock, createLog, type Log } from '@banyan/serving';
import { createHttpHandler } from '@banyan/serving/lambda';
import type { Knex } from 'knex';
import type { AuthAppDeps } from '../auth-app.ts';
import type { Config } from '../config.ts';
import { startAuth } from '../start-auth.ts';
import { createAuthDatabase } from './auth-database.ts';
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
  stop(): Promise<void>;
}

export interface TestServiceOptions extends Partial<Pick<AuthAppDeps, 'hashFunctions' | 'sendPhoto'>> {
  readonly clock?: Clock;
  readonly log?: Log;
  readonly config?: Partial<Config>;
  /** Express on a port, or behind Lambda's events. */
  readonly through?: 'express' | 'lambda';
}

/** The service with a database of its own. */
export async function startTestService(options: TestServiceOptions = {}): Promise<TestService> {
  const database = await createAuthDatabase();
  const databaseUrl = database.urlAs('auth_service');
  // The stand-in is told of the service's settings, and the service of its address.
  const images = await serveForTest(createImagesStandIn(database.admin, testConfig(databaseUrl)));
  const config = { ...testConfig(databaseUrl, images.url), ...options.config };
  const { log = createLog('test', 'silent'), through = 'express', ...parts } = options;
  const service = startAuth(config, { ...parts, log });
  const listener =
    through === 'express' ? service.express : createLambdaFront(createHttpHandler(service.express));
  const served = await serveForTest(listener);
  return {
    url: served.url,
    imagesUrl: images.url,
    config,
    db: database.admin,
    databaseUrl,
    async stop() {
      await served.close();
      await images.close();
      await service.stop();
      await database.drop();
    },
  };
}
