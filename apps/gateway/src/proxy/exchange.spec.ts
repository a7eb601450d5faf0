import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { ServerRecord } from '@latchkey/contracts';
import type { Principal } from '../credentials/principal.ts';
import { messageOf, readShape } from '../message/message.ts';
import { Exchange, type McpRoute } from './exchange.ts';
import { askOf } from './stages/authorize.ts';

const route = { kind: 'mcp', server: { slug: 'demo', project: 'main' } as ServerRecord, resource: 'https://gateway.example/mcp/demo', url: 'https://gateway.example/mcp/demo', template: '/mcp/{server}' } as McpRoute;

function exchangeFor(method: string, params: Record<string, unknown>): Exchange {
  const request = new IncomingMessage(new Socket());
  request.headers = { authorization: 'Bearer secret' };
  request.rawHeaders.push('Authorization', 'Bearer secret');
  const exchange = new Exchange(request, new ServerResponse(request), 'r-1', 0);
  exchange.route = route;
  const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }));
  exchange.message = messageOf(readShape(JSON.parse(body.toString())), 'legacy', body);
  return exchange;
}

describe('a request that has become a stream', () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['tools/call', { name: 'add', arguments: { text: 'x'.repeat(100_000) }, _meta: { progressToken: 'p' } }, { name: 'add' }],
    ['prompts/get', { name: 'greet', arguments: { who: 'ada' } }, { name: 'greet' }],
    ['resources/read', { uri: 'file:///notes', more: [1, 2, 3] }, { uri: 'file:///notes' }],
    ['resources/subscribe', { uri: 'file:///notes', name: 'notes' }, { name: 'notes', uri: 'file:///notes' }],
    ['subscriptions/listen', { notifications: { toolsListChanged: true } }, {}],
  ])('%s: keeps nothing of it but what it is decided by', (method, params, kept) => {
    const exchange = exchangeFor(method, params);
    const asked = askOf(route, exchange.message, {} as Principal);
    exchange.forgetRequest();
    expect(exchange.message).toEqual({ kind: 'request', id: 1, method, params: kept, meta: null, era: 'legacy', body: Buffer.alloc(0) });
    expect([exchange.request.headers, exchange.request.rawHeaders]).toEqual([{}, []]);
    expect(askOf(route, exchange.message, {} as Principal)).toEqual(asked);
  });

  it('has no message where there was none', () => {
    const exchange = exchangeFor('ping', {});
    exchange.message = undefined;
    exchange.forgetRequest();
    expect(exchange.message).toBeUndefined();
  });
});
