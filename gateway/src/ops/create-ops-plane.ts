import { createServer, type Server } from 'node:http';
import type { Registry } from 'prom-client';
import type { Upstreams } from '../forwarding/upstream.ts';
import type { Plan } from '../plan/plan.ts';
import type { Logger } from '../telemetry/log.ts';
import { createOperators } from './access/operators.ts';
import type { CutoverAccess } from './cutovers/cutover-access.ts';
import { createJudgeChange } from './cutovers/judge-change.ts';
import { createChangeHandlers } from './handlers/change-handlers.ts';
import { createCutoverHandlers } from './handlers/cutover-handlers.ts';
import { createDoctorHandlers } from './handlers/doctor-handlers.ts';
import { createExplainHandlers, type Explain } from './handlers/explain-handlers.ts';
import { createOverrideHandlers } from './handlers/override-handlers.ts';
import { createRollbackHandlers } from './handlers/rollback-handlers.ts';
import { createSeamHandlers } from './handlers/seam-handlers.ts';
import { createOpsApp } from './http/ops-app.ts';
import { isReachable } from './probes/is-reachable.ts';
import { createSurvey } from './probes/survey.ts';
import { createSeamClient } from './seams/seam-client.ts';
import { type LiveStatus, readStatus } from './status/read-status.ts';

export interface OpsPlaneOptions {
  readonly plan: Plan;
  readonly upstreams: Upstreams;
  readonly cutovers: CutoverAccess;
  readonly explain: Explain;
  readonly config: OpsConfig;
  readonly registry: Registry;
  readonly logger: Logger;
  readonly isDraining: () => boolean;
  readonly live: () => LiveStatus;
  /** Requests of a capability that its service has not finished answering. */
  readonly atService: (capability: string) => number;
}

export interface OpsConfig {
  /** Where operators come in. */
  readonly host: string;
  /** Whose tokens count; without it, one is minted and kept in the data folder. */
  readonly tokensFile?: string | undefined;
  readonly dataDir: string;
  readonly seamToken?: string | undefined;
  readonly overrideSecret: string | undefined;
  /** Where the last good cutovers are saved, if anywhere. */
  readonly snapshotFile: string | undefined;
}

export interface OpsPlane {
  readonly server: Server;
  /** Lets go of what runs beside the server. */
  close(): void;
}

/** The operators' side. On its own port, so that no path on the public one can lead here. */
export function createOpsPlane(options: OpsPlaneOptions): OpsPlane {
  const { plan, upstreams, cutovers, config, registry, logger, isDraining, live } = options;
  const operators = createOperators({ tokensFile: config.tokensFile, dataDir: config.dataDir, logger });
  const seams = createSeamClient({ token: config.seamToken });
  const survey = createSurvey({ plan, upstreams, seams });
  const judge = createJudgeChange(survey);
  const app = createOpsApp({
    host: config.host,
    registry,
    logger,
    isDraining,
    isReady: () => isReachable(upstreams.legacyOf(undefined)),
    findOperator: operators.find,
    handlers: {
      readStatus: () => readStatus({ plan, upstreams, cutovers, survey, live }),
      ...createCutoverHandlers({ plan, cutovers, judge }),
      ...createRollbackHandlers({ plan, cutovers }),
      ...createChangeHandlers({ plan, cutovers, judge }),
      ...createOverrideHandlers({ plan, secret: config.overrideSecret, now: () => new Date() }),
      ...createExplainHandlers(options.explain),
      ...createSeamHandlers({ plan, cutovers, seams, logger, atService: options.atService }),
      ...createDoctorHandlers({
        ...{ plan, upstreams, cutovers, survey, operators },
        ...{ host: config.host, snapshotFile: config.snapshotFile, opsPort: () => portOf(server) },
      }),
    },
  });
  const server = createServer(app);
  return { server, close: operators.close };
}

function portOf(server: Server): number {
  const address = server.address();
  return address === null || typeof address === 'string' ? 0 : address.port;
}
