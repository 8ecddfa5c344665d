/** `node fastify-proxy.ts PORT UPSTREAM`: the plugin's own undici settings, its defaults, written out. */
import httpProxy from '@fastify/http-proxy';
import fastify from 'fastify';
import { exitWithParent } from './exit-with-parent.ts';

const [port, upstream] = process.argv.slice(2);
if (upstream === undefined) throw new Error('usage: fastify-proxy.ts PORT UPSTREAM');

const app = fastify({ logger: false });
await app.register(httpProxy, {
  upstream,
  disableRequestLogging: true,
  replyOptions: {
    rewriteRequestHeaders: (request, headers) => ({
      ...headers,
      'x-forwarded-for': request.ip,
      'x-forwarded-proto': request.protocol,
      'x-forwarded-host': request.host,
    }),
  },
  undici: { connections: 128, pipelining: 1, keepAliveTimeout: 60_000 },
});

exitWithParent();
await app.listen({ port: Number(port), host: '127.0.0.1' });
