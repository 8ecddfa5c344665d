import { createHttpHandler, type HttpHandler, oncePerEnvironment } from '@banyan/serving/lambda';
import { configOrExit } from './config.ts';
import { startAuth } from './start-auth.ts';

const config = configOrExit();
const http = oncePerEnvironment(async () => createHttpHandler(startAuth(config).express));

/** AWS Lambda: every auth route, as HTTP API or function URL events. */
export const handler: HttpHandler = async (event, context) => (await http())(event, context);
