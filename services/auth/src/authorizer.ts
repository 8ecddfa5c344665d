import { configOrExit } from '@banyan/serving';
import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import { readConfig } from './config.ts';
import { type AuthorizerResult, startAuthorizer } from './start-authorizer.ts';

const authorizer = startAuthorizer(configOrExit('The authorizer', readConfig(process.env)));

/**
 * AWS Lambda: an HTTP API's authorizer (payload 2.0, simple responses). Set the time for which its results are kept to
 * 0: a yes that is kept outlives a logout.
 */
export const handler = (event: APIGatewayRequestAuthorizerEventV2): Promise<AuthorizerResult> =>
  authorizer.authorize(event);
