import { fileURLToPath } from 'node:url';
import { findProgram, freePort, startServerProcess } from '@latchkey/testing';
import { request } from 'undici';
import type { StartPeer } from './peer.ts';

const stdioServer = fileURLToPath(new URL('../processes/stdio-upstream.js', import.meta.url));
const asked = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'add', arguments: {} } };

/** The npm package: it speaks to a server over stdio, so that is what it gets, on the core of the other upstreams. Nobody is asked who is calling. */
export const mcpProxy: StartPeer = async () => {
  const program = findProgram(['mcp-proxy'], 'MCP_PROXY_BIN');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/mcp`;
  const server = await startServerProcess({
    program,
    args: () => ['--host', '127.0.0.1', '--port', String(port), '--server', 'stream', '--stateless', '--', 'taskset', '-c', '1', process.execPath, stdioServer],
    ready: async () => {
      const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
      const { statusCode, body } = await request(url, { method: 'POST', headers, body: JSON.stringify(asked) });
      const text = await body.text();
      if (statusCode !== 200) throw new Error(`mcp-proxy answered ${statusCode}: ${text.slice(0, 200)}`);
    },
  });
  return { pid: server.pid, ways: { 'mcp-proxy': { url } }, stop: () => server.stop() };
};
