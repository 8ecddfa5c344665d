import { z } from 'zod';
import { gatewayStatus } from '../status/status-schema.ts';
import { explainAnswer, explainQuestion } from './explain-schema.ts';
import type { OpsRouteSpec } from './ops-route.ts';
import {
  changeAnswer,
  cohortKeys,
  cutoverChange,
  doctorReport,
  rolloutPercent,
  seamReport,
  side,
  stage,
  why,
} from './schemas.ts';

const capability = z.object({ name: z.string().min(1).max(100) });
const forward = {
  why,
  force: z.boolean().default(false).describe('Go on though preconditions are not met; recorded'),
  expectedVersion: z.int().min(0).optional().describe('Refuse if someone else was faster'),
};
const keyList = z.strictObject({ keys: cohortKeys, remove: z.boolean().default(false), why });
const changeErrors = ['not-found', 'refused', 'version-conflict', 'read-only', 'store-unavailable'] as const;

/** The ops API, stated once. Paths that aren't here (health, metrics, this document) need no token. */
export const opsRoutes = {
  readStatus: {
    method: 'GET',
    path: '/api/status',
    role: 'viewer',
    summary: 'Every capability: stage, split, health of both sides, seam and preconditions',
    answer: gatewayStatus,
    errors: [],
  },
  setStage: {
    method: 'POST',
    path: '/api/capabilities/:name/stage',
    role: 'operator',
    summary: 'Moves a capability to a stage',
    params: capability,
    body: z.strictObject({ stage, ...forward }),
    answer: changeAnswer,
    errors: changeErrors,
  },
  setRollout: {
    method: 'POST',
    path: '/api/capabilities/:name/rollout',
    role: 'operator',
    summary: 'Gives the service a share of the callers',
    params: capability,
    body: z.strictObject({ percent: rolloutPercent, ...forward }),
    answer: changeAnswer,
    errors: changeErrors,
  },
  rollBack: {
    method: 'POST',
    path: '/api/capabilities/:name/rollback',
    role: 'operator',
    summary: 'Brings a capability back to legacy at once; checks nothing first',
    params: capability,
    body: z.strictObject({ why }),
    answer: changeAnswer,
    errors: ['not-found', 'refused', 'read-only', 'store-unavailable'],
  },
  rollBackAll: {
    method: 'POST',
    path: '/api/rollback',
    role: 'operator',
    summary: 'Brings every capability that is not retired back to legacy at once',
    body: z.strictObject({ why }),
    answer: z.object({
      results: z.array(changeAnswer),
      failed: z.array(z.object({ capability: z.string(), message: z.string() })),
    }),
    errors: ['store-unavailable'],
  },
  allow: {
    method: 'POST',
    path: '/api/capabilities/:name/allow',
    role: 'operator',
    summary: 'Pins callers to the service, or unpins them',
    params: capability,
    body: keyList,
    answer: changeAnswer,
    errors: changeErrors,
  },
  deny: {
    method: 'POST',
    path: '/api/capabilities/:name/deny',
    role: 'operator',
    summary: 'Pins callers to legacy, or unpins them',
    params: capability,
    body: keyList,
    answer: changeAnswer,
    errors: changeErrors,
  },
  signOverride: {
    method: 'POST',
    path: '/api/capabilities/:name/override',
    role: 'operator',
    summary: 'Signs a header that pins one tester to a side',
    params: capability,
    body: z.strictObject({ side, forSeconds: z.int().min(1).max(604_800) }),
    answer: z.object({ header: z.string(), value: z.string(), cookie: z.string(), expiresAt: z.string() }),
    errors: ['not-found', 'refused'],
  },
  explain: {
    method: 'POST',
    path: '/api/explain',
    role: 'viewer',
    summary: 'Where a request would go now, and why',
    body: explainQuestion,
    answer: explainAnswer,
    errors: [],
  },
  listChanges: {
    method: 'GET',
    path: '/api/changes',
    role: 'viewer',
    summary: 'The audit log, newest first',
    query: z.strictObject({
      capability: z.string().min(1).max(100).optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
      before: z.string().min(1).max(100).optional().describe('Only what is older than this change'),
    }),
    answer: z.object({ changes: z.array(cutoverChange) }),
    errors: ['not-found', 'store-unavailable'],
  },
  readChange: {
    method: 'GET',
    path: '/api/changes/:id',
    role: 'viewer',
    summary: 'One change of the audit log',
    params: z.object({ id: z.string().min(1).max(100) }),
    answer: z.object({ change: cutoverChange }),
    errors: ['not-found', 'store-unavailable'],
  },
  revertChange: {
    method: 'POST',
    path: '/api/changes/:id/revert',
    role: 'operator',
    summary: 'Brings a capability back to where it was before this change',
    params: z.object({ id: z.string().min(1).max(100) }),
    body: z.strictObject(forward),
    answer: changeAnswer,
    errors: changeErrors,
  },
  readSeam: {
    method: 'GET',
    path: '/api/capabilities/:name/seam',
    role: 'viewer',
    summary: 'What the capability’s seam says of itself',
    params: capability,
    answer: seamReport,
    errors: ['not-found', 'refused', 'seam-failed'],
  },
  moveSeam: {
    method: 'POST',
    path: '/api/capabilities/:name/seam/:action',
    role: 'operator',
    summary:
      'Moves the seam, or does a slice of its long work; going back is refused until legacy serves all',
    params: capability.extend({ action: z.enum(['advance', 'back', 'verify', 'backfill']) }),
    body: z.strictObject({ why }),
    answer: seamReport,
    errors: ['not-found', 'refused', 'seam-failed', 'store-unavailable'],
  },
  examine: {
    method: 'GET',
    path: '/api/doctor',
    role: 'viewer',
    summary: 'Whether all that the gateway depends on is well, and what to do where it is not',
    answer: doctorReport,
    errors: [],
  },
} as const satisfies Readonly<Record<string, OpsRouteSpec>>;

export type OpsRoutes = typeof opsRoutes;
export type OpsRouteName = keyof OpsRoutes;
