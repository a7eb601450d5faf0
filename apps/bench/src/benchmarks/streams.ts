import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { startRedis } from '@latchkey/testing';
import type { Benchmark } from '../benchmark.ts';
import { startChild, type Child } from '../processes/calls.ts';
import { gatewayOptions } from '../processes/gateway-options.ts';
import type { GatewayServerCalls } from '../processes/gateway-server.ts';
import { startMcpUpstream } from '../processes/mcp-upstream.ts';

/** Each takes two file descriptors of the gateway, and a process often has no more than 20,000. */
const count = 9_000;
/** More at once and the system closes connections that nobody has accepted yet. */
const atOnce = 20;
const people = 200;
const arenas = { MALLOC_ARENA_MAX: '1' };
const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'watch', arguments: {} } });

/** One caller with a connection of its own; resolves when the first event of its stream has come. */
async function openStream(url: URL, token: string): Promise<Socket> {
  const socket = connect(Number(url.port), url.hostname);
  await once(socket, 'connect');
  socket.write([
    `POST ${url.pathname} HTTP/1.1`, `host: ${url.host}`, `authorization: Bearer ${token}`, 'content-type: application/json',
    'accept: application/json, text/event-stream', 'mcp-protocol-version: 2025-11-25', `content-length: ${body.length}`, '', body,
  ].join('\r\n'));
  let text = '';
  for await (const [chunk] of (async function* () { for (;;) yield (await once(socket, 'data')) as [Buffer]; })()) {
    text += chunk.toString('latin1');
    if (text.includes('data: ')) return socket;
    if (!text.startsWith('HTTP/1.1 200')) throw new Error(text.slice(0, 300));
  }
  throw new Error('the stream ended');
}

/** What it costs a gateway to hold many streams open on which nothing happens. */
export const streams: Benchmark = {
  name: 'streams',
  about: 'memory of a gateway with thousands of event streams open',
  async run(report) {
    const redis = await startRedis();
    const upstream = await startMcpUpstream({ answers: 'stream' });
    const server: Child<GatewayServerCalls> = startChild('gateway-server', undefined, gatewayOptions, arenas);
    const sockets: Socket[] = [];
    try {
      const { url, keys } = await server.call('start', { upstreamUrl: upstream.url, redisUrl: redis.url, people });
      const target = new URL(url);
      const before = (await server.call('cost')).residentBytes;
      const beganMs = performance.now();
      for (let opened = 0; opened < count; opened += atOnce) {
        sockets.push(...(await Promise.all(Array.from({ length: atOnce }, (_, at) => openStream(target, keys[(opened + at) % people])))));
      }
      report({ name: 'opened', unit: '/s', value: count / ((performance.now() - beganMs) / 1000) });
      const { cpuMs, residentBytes } = await server.call('cost');
      const each = (residentBytes - before) / count;
      report({ name: `resident with ${count} streams`, unit: 'MB', value: residentBytes / 1e6 });
      report({ name: 'of that, for one stream', unit: 'B', value: each });
      report({ name: 'resident with 10,000, by that', unit: 'MB', value: (before + 10_000 * each) / 1e6, budget: 400 });
      await new Promise((resolve) => setTimeout(resolve, 10_000));
      report({ name: 'CPU while nothing happens, of one core', unit: '%', value: ((await server.call('cost')).cpuMs - cpuMs) / 100 });
    } finally {
      for (const socket of sockets) socket.destroy();
      await server.stop();
      upstream.close();
      await redis.stop();
    }
  },
};
