import express, { type Express } from 'express';
import type { Registry } from 'prom-client';
import type { Logger } from '../../telemetry/log.ts';
import type { FindOperator } from '../access/operators.ts';
import { openApiDocument } from '../api/openapi.ts';
import { OpsError } from '../api/ops-error.ts';
import { bindRoutes, type OpsHandlers } from './bind-routes.ts';
import { guardHost } from './host-guard.ts';
import { mapError } from './map-error.ts';

export interface OpsAppDeps {
  /** The address that it listens on. */
  readonly host: string;
  readonly registry: Registry;
  readonly logger: Logger;
  readonly isDraining: () => boolean;
  /** Whether the default upstream takes connections. */
  readonly isReady: () => Promise<boolean>;
  readonly findOperator: FindOperator;
  readonly handlers: OpsHandlers;
}

export function createOpsApp(deps: OpsAppDeps): Express {
  const { host, registry, logger, isDraining, isReady, findOperator, handlers } = deps;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use((_req, res, next) => {
    res.set('X-Content-Type-Options', 'nosniff');
    next();
  });
  app.use(guardHost(host));

  /** The process lives. */
  app.get('/healthz', (_req, res) => {
    res.json({ status: 'ok' });
  });

  /** It should be sent traffic. */
  app.get('/readyz', async (_req, res) => {
    if (isDraining()) res.status(503).json({ status: 'draining' });
    else if (await isReady()) res.json({ status: 'ready' });
    else res.status(503).json({ status: 'upstream-unreachable' });
  });

  app.get('/metrics', async (_req, res) => {
    res.type(registry.contentType).send(await registry.metrics());
  });

  /** No secret: it says what may be asked, and nothing of this gateway. */
  app.get('/api/openapi.json', (_req, res) => {
    res.json(openApiDocument());
  });

  bindRoutes(app, findOperator, handlers);

  app.use((req) => {
    throw new OpsError('not-found', `There is no ${req.method} ${req.path.slice(0, 200)} here.`);
  });
  app.use(mapError(logger));
  return app;
}
