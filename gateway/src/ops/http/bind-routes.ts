import express, { type Express, type Request, type Response } from 'express';
import type { z } from 'zod';
import type { FindOperator } from '../access/operators.ts';
import { OpsError } from '../api/ops-error.ts';
import type { AnswerOf, OpsRouteSpec, RequestOf } from '../api/ops-route.ts';
import { type OpsRouteName, type OpsRoutes, opsRoutes } from '../api/routes.ts';
import { authorize } from './authorize.ts';

/** A handler for each route of the ops API. It knows no Express. */
export type OpsHandlers = {
  readonly [N in OpsRouteName]: (request: RequestOf<OpsRoutes[N]>) => Promise<AnswerOf<OpsRoutes[N]>>;
};

const maxBodyBytes = 1_048_576;

/** Who asks is settled before what they ask is read. */
export function bindRoutes(app: Express, findOperator: FindOperator, handlers: OpsHandlers): void {
  const readJson = express.json({ limit: maxBodyBytes, type: 'application/json' });
  for (const [name, spec] of Object.entries<OpsRouteSpec>(opsRoutes)) {
    const handle = handlers[name as OpsRouteName] as (request: unknown) => Promise<unknown>;
    const answer = async (req: Request, res: Response) => {
      const request = {
        operator: res.locals.operator,
        params: read('path', spec.params, req.params),
        query: read('query', spec.query, req.query),
        body: read('body', spec.body, bodyOf(req, spec)),
      };
      res.set('Cache-Control', 'no-store').json(await handle(request));
    };
    const guard = authorize(findOperator, spec.role);
    if (spec.method === 'GET') app.get(spec.path, guard, answer);
    else app.post(spec.path, guard, readJson, answer);
  }
}

function bodyOf(req: Request, spec: OpsRouteSpec): unknown {
  if (spec.body !== undefined && !req.is('application/json')) {
    throw new OpsError('unsupported-media-type', 'Send JSON, as application/json.');
  }
  return req.body;
}

function read(place: string, schema: z.ZodType | undefined, given: unknown): unknown {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const reasons = parsed.error.issues.map((issue) => `${[place, ...issue.path].join('.')}: ${issue.message}`);
  throw new OpsError('invalid', 'The request is not valid.', { reasons });
}
