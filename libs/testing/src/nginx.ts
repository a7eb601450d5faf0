import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@latchkey/embedded-postgres';
import { findProgram } from './find-program.ts';
import { startServerProcess, type ServerProcess } from './server-process.ts';

export interface TestNginx extends ServerProcess {
  url: string;
}

const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** Starts an nginx on loopback. `locations`: what stands in its one `server`; `beside`: what stands beside that. */
export async function startNginx(locations: string, beside = ''): Promise<TestNginx> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const directives = (directory: string): string => [
    'daemon off;', 'master_process off;', `pid ${directory}/pid;`, 'error_log stderr;', 'events { }',
    `http { access_log off; ${temporary.map((name) => `${name}_temp_path ${directory}/${name};`).join(' ')} ${beside} server { listen 127.0.0.1:${port}; ${locations} } }`,
  ].join('\n');
  const server = await startServerProcess({
    program: findProgram(['nginx'], 'NGINX_BIN'),
    args: (directory) => {
      const file = join(directory, 'nginx.conf');
      writeFileSync(file, directives(directory));
      return ['-p', directory, '-e', 'stderr', '-c', file];
    },
    ready: async () => void (await fetch(url)),
  });
  return { ...server, url };
}
