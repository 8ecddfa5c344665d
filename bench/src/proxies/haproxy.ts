import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { commandVersion } from './installed-version.ts';
import type { MeasuredProxy, StartContext } from './measured-proxy.ts';

function configuration({ port, upstreamPort }: StartContext): string {
  return `global
  nbthread 1
  maxconn 4096
defaults
  mode http
  option http-keep-alive
  http-reuse always
  option forwardfor
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend clients
  bind 127.0.0.1:${port}
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Forwarded-Host %[req.hdr(Host)]
  default_backend legacy
backend legacy
  server upstream 127.0.0.1:${upstreamPort}
`;
}

export const haproxy: MeasuredProxy = {
  name: 'haproxy',
  label: 'haproxy',
  settings: '1 thread, http-reuse always, no log',
  version: () => commandVersion('haproxy', ['-v']),
  async prepare(context) {
    const file = path.join(context.folder, 'haproxy.cfg');
    await writeFile(file, configuration(context));
    return { command: 'haproxy', args: ['-db', '-f', file] };
  },
};
