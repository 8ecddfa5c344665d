import type { RequestHandler } from 'express';
import type { FindOperator } from '../access/operators.ts';
import { OpsError } from '../api/ops-error.ts';
import { type Role, roles } from '../api/ops-route.ts';

/** Lets those pass whose bearer token has this role at least (RFC 6750). */
export function authorize(findOperator: FindOperator, role: Role): RequestHandler {
  return (req, res, next) => {
    const token = /^Bearer +([\x21-\x7e]+)$/i.exec(req.headers.authorization ?? '')?.[1];
    const operator = token === undefined ? undefined : findOperator(token);
    if (operator === undefined) {
      res.set('WWW-Authenticate', token === undefined ? 'Bearer' : 'Bearer error="invalid_token"');
      const message = token === undefined ? 'A bearer token is needed.' : 'This token is not known.';
      throw new OpsError('unauthorized', message);
    }
    if (roles.indexOf(operator.role) < roles.indexOf(role)) {
      res.set('WWW-Authenticate', 'Bearer error="insufficient_scope"');
      throw new OpsError('forbidden', `${operator.name} is a ${operator.role}; this needs an ${role}.`);
    }
    res.locals.operator = operator;
    next();
  };
}
