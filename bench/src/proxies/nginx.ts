import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { commandVersion } from './installed-version.ts';
import type { MeasuredProxy, StartContext } from './measured-proxy.ts';

/** As nginx's own guide to upstream keep-alive has it; buffers hold the 64 KB answer and the 10 KB body in memory. */
function configuration({ port, upstreamPort, folder }: StartContext): string {
  return `worker_processes 1;
daemon off;
pid ${folder}/nginx.pid;
error_log stderr crit;
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  tcp_nodelay on;
  keepalive_requests 100000000;
  client_body_buffer_size 64k;
  upstream legacy {
    server 127.0.0.1:${upstreamPort};
    keepalive 128;
    keepalive_requests 100000000;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://legacy;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Host $http_host;
      proxy_buffers 16 16k;
    }
  }
}
`;
}

export const nginx: MeasuredProxy = {
  name: 'nginx',
  label: 'nginx',
  settings: '1 worker, upstream keep-alive, no log',
  version: () => commandVersion('nginx', ['-v']),
  async prepare(context) {
    const file = path.join(context.folder, 'nginx.conf');
    await chmod(context.folder, 0o755); // its worker is another user when its master is root
    await writeFile(file, configuration(context));
    return { command: 'nginx', args: ['-e', 'stderr', '-p', context.folder, '-c', file] };
  },
};
