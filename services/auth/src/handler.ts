import { configOrExit } from '@banyan/serving';
import { createHttpHandler, type HttpHandler, oncePerEnvironment } from '@banyan/serving/lambda';
import { readConfig } from './config.ts';
import { startAuth } from './start-auth.ts';

const config = configOrExit('The auth service', readConfig(process.env));
const http = oncePerEnvironment(async () => createHttpHandler(startAuth(config).express));

/** AWS Lambda: every auth route, as HTTP API or function URL events. */
export const handler: HttpHandler = async (event, context) => (await http())(event, context);
