import { direct } from './direct.ts';
import { express } from './express.ts';
import { fastify } from './fastify.ts';
import { gateway, gatewayUnlogged, gatewayWithManyRoutes } from './gateway.ts';
import { haproxy } from './haproxy.ts';
import type { MeasuredProxy } from './measured-proxy.ts';
import { nginx } from './nginx.ts';

export const allProxies: readonly MeasuredProxy[] = [
  direct,
  express,
  fastify,
  gateway,
  gatewayUnlogged,
  gatewayWithManyRoutes,
  nginx,
  haproxy,
];
