export { createHttpHandler, type HttpHandler } from './create-http-handler.ts';
export { oncePerEnvironment } from './once-per-environment.ts';
