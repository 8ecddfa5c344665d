import path from 'node:path';
import { packageVersion } from './installed-version.ts';
import type { MeasuredProxy } from './measured-proxy.ts';

const program = path.join(import.meta.dirname, '../servers/express-proxy.ts');

export const express: MeasuredProxy = {
  name: 'express',
  label: 'Express + http-proxy-middleware',
  settings: 'keep-alive agent, no other middleware, no log',
  async version() {
    return `${await packageVersion('express')} + ${await packageVersion('http-proxy-middleware')}`;
  },
  async prepare({ port, upstreamPort }) {
    return { command: process.execPath, args: [program, String(port), `http://127.0.0.1:${upstreamPort}`] };
  },
};
