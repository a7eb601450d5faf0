import type { ServerResponse } from 'node:http';
import { serverLimitsSchema } from '@latchkey/contracts';
import { verifies } from '@latchkey/testing';
import { send } from './support/send.ts';
import { bearer, startWorld, type World } from './support/world.ts';

const results: Record<string, object> = {
  initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'streams', version: '1' } },
  'tools/list': { tools: [{ name: 'add', inputSchema: { type: 'object' } }] },
  'tools/call': { content: [] },
};
const methods = ['server/discover', 'initialize', 'tools/list', 'tools/call'];
const brokenOff = ['', ': nothing\n\n', 'data: {"jsonrpc"\n\n', 'data: {"jsonrpc":"2.0","id":"another","result":{}}\n\n'];

describe('tools over REST, of a server that answers in streams of events', () => {
  let world: World;

  beforeAll(async () => {
    world = await startWorld({ env: { LATCHKEY_UPSTREAM_TIMEOUT_MS: '20000' } });
    await world.publish(world.server({ slug: 'hurried', settings: { limits: serverLimitsSchema.parse({ timeoutMs: 500 }) } }));
  });
  afterAll(() => world.close());

  /** @param odd  answers by itself, or says that the request is to be answered as usual */
  const answering = (odd: (method: string, id: number | string, response: ServerResponse) => boolean): void => {
    world.upstream.handle = ({ body, response }) => {
      const { id, method } = JSON.parse(body === '' ? '{}' : body) as { id?: number; method?: string };
      if (id === undefined || method === undefined) return void response.writeHead(202).end();
      if (odd(method, id, response)) return;
      const answer = results[method] === undefined ? { error: { code: -32601, message: 'Method not found' } } : { result: results[method] };
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`data: ${JSON.stringify({ jsonrpc: '2.0', id, ...answer })}\n\n`);
    };
  };

  /** By somebody of whom nothing is remembered, so that all of `methods` up to the one that is broken are said. */
  const ask = async (server: string, method: string) => {
    const headers = { 'content-type': 'application/json', ...bearer((await world.pat({ scopes: ['workflow:read', 'workflow:run'] })).token) };
    const begun = performance.now();
    const { status, json, headers: answered } = await (method === 'tools/call' ? send(`${world.url}/v1/tools/${server}/add`, { headers, body: {} }) : send(`${world.url}/v1/tools/${server}`, { method: 'GET', headers }));
    return { status, json, headers: answered, tookMs: performance.now() - begun };
  };

  verifies(['G11', 'GW-62'], 'one that ends without an answer is told at once, whatever was asked', async () => {
    for (const broken of methods) {
      for (const said of brokenOff) {
        answering((method, _id, response) => {
          if (method === broken) response.writeHead(200, { 'content-type': 'text/event-stream' }).end(said);
          return method === broken;
        });
        const { status, json, tookMs } = await ask('demo', broken);
        expect([broken, said, status, json.detail, tookMs < 1000]).toEqual([broken, said, 502, 'The server broke off.', true]);
      }
    }
  }, 20_000);

  verifies('G11', 'one that comes with a refusal is no answer that was broken off', async () => {
    answering((method, _id, response) => {
      if (method === 'server/discover') response.writeHead(400, { 'content-type': 'text/event-stream' }).end(': no such method\n\n');
      return method === 'server/discover';
    });
    expect((await ask('demo', 'tools/list')).status).toBe(200);
  });

  verifies('G11', 'one that stays open without an answer has the deadline of the server', async () => {
    for (const silent of methods) {
      answering((method, _id, response) => {
        if (method === silent) response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': wait\n\n');
        return method === silent;
      });
      const { status, json, tookMs } = await ask('hurried', silent);
      expect([silent, status, json.code, tookMs < 2000]).toEqual([silent, 504, 'upstream_timeout', true]);
    }
  }, 20_000);

  verifies('G11', 'one that ended with its answer says nothing about what is asked next', async () => {
    answering((method, id, response) => {
      // A tool that takes its time: what an ended stream could be taken for would come meanwhile, and there is no other sign of it to wait for.
      if (method === 'tools/call') setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } })), 600);
      return method === 'tools/call';
    });
    expect((await ask('demo', 'tools/call')).status).toBe(200);
  });

  verifies('G11', 'a tool whose name can stand in no path is left out of the document', async () => {
    answering((method, id, response) => {
      const tools = [{ name: 'add', inputSchema: { type: 'object' } }, { name: '\ud800', inputSchema: { type: 'object' } }];
      if (method === 'tools/list') response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, result: { tools } }));
      return method === 'tools/list';
    });
    const { token } = await world.pat({ scopes: ['workflow:read'] });
    const { status, json } = await send(`${world.url}/v1/tools/demo/openapi.json`, { method: 'GET', headers: bearer(token) });
    expect([status, Object.keys(json.paths)]).toEqual([200, ['/v1/tools/demo/add']]);
  });

  verifies('G11', 'a limit of the server is one for the caller, who is told how long to wait', async () => {
    for (const limited of methods) {
      answering((method, _id, response) => {
        if (method === limited) response.writeHead(429, { 'content-type': 'text/plain', 'retry-after': '17' }).end('slow down');
        return method === limited;
      });
      const { status, json, headers } = await ask('demo', limited);
      expect([limited, status, json.code, headers['retry-after']]).toEqual([limited, 429, 'rate_limited', '17']);
    }
  });
});
