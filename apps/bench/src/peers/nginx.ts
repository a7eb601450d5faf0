import { startNginx } from '@latchkey/testing';
import type { StartPeer } from './peer.ts';

/** As a plain reverse proxy: nobody is asked who is calling. */
export const nginx: StartPeer = async (upstreamUrl) => {
  const { host, pathname } = new URL(upstreamUrl);
  const server = await startNginx(
    'keepalive_requests 1000000000; location / { proxy_pass http://demo; proxy_http_version 1.1; proxy_set_header Connection ""; }',
    `upstream demo { server ${host}; keepalive 128; keepalive_requests 1000000000; }`,
  );
  return { pid: server.pid, ways: { nginx: { url: server.url + pathname } }, stop: () => server.stop() };
};
