import { createServer, type Server } from 'node:http';
import express, { type Express } from 'express';
import type { Registry } from 'prom-client';
import type { GatewayStatus } from './status.ts';

export interface OpsDeps {
  readonly registry: Registry;
  readonly isDraining: () => boolean;
  /** Whether the default upstream takes connections. */
  readonly isReady: () => Promise<boolean>;
  readonly status: () => Promise<GatewayStatus>;
}

/** The operators' side. On its own port, so that no path on the public one can lead here. */
export function createOpsServer(deps: OpsDeps): Server {
  return createServer(createOpsApp(deps));
}

export function createOpsApp({ registry, isDraining, isReady, status }: OpsDeps): Express {
  const app = express();
  app.disable('x-powered-by');

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

  app.get('/api/status', async (_req, res) => {
    res.json(await status());
  });

  app.use((_req, res) => {
    res.status(404).json({ error: { code: 'not_found', message: 'No such page.' } });
  });
  return app;
}
