/** `node express-proxy.ts PORT UPSTREAM`: what most teams would write first, with the settings that its authors advise. */
import http from 'node:http';
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { exitWithParent } from './exit-with-parent.ts';

const [port, upstream] = process.argv.slice(2);
if (upstream === undefined) throw new Error('usage: express-proxy.ts PORT UPSTREAM');

const app = express();
app.disable('x-powered-by');
app.use(
  createProxyMiddleware({
    target: upstream,
    xfwd: true,
    agent: new http.Agent({ keepAlive: true, maxSockets: 256, maxFreeSockets: 256, scheduling: 'lifo' }),
  }),
);

exitWithParent();
app.listen(Number(port), '127.0.0.1');
