import path from 'node:path';
import { packageVersion } from './installed-version.ts';
import type { MeasuredProxy } from './measured-proxy.ts';

const program = path.join(import.meta.dirname, '../servers/fastify-proxy.ts');

export const fastify: MeasuredProxy = {
  name: 'fastify',
  label: '@fastify/http-proxy',
  settings: 'undici, 128 connections kept alive for 60 s, no log',
  async version() {
    return `${await packageVersion('@fastify/http-proxy')} on fastify ${await packageVersion('fastify')}`;
  },
  async prepare({ port, upstreamPort }) {
    return { command: process.execPath, args: [program, String(port), `http://127.0.0.1:${upstreamPort}`] };
  },
};
