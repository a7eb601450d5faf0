import type { IncomingMessage, ServerResponse } from 'node:http';
import { verifies } from '@latchkey/testing';
import type { Message } from '../message/message.ts';
import { Exchange, type Route } from '../proxy/exchange.ts';
import { demoServer } from '../testing/principals.ts';
import { boundOf } from './bounds.ts';

const bounds = { readMs: 5000, writeMs: 2000 };

function bound(route: Partial<Route>, method: string, rpc?: string): number {
  const exchange = new Exchange({ method, headers: {}, socket: {} } as IncomingMessage, {} as ServerResponse, 'r', 0);
  exchange.route = route as Route;
  if (rpc !== undefined) exchange.message = { kind: 'request', method: rpc } as Message;
  return boundOf(exchange, bounds);
}

describe('boundOf', () => {
  verifies('GW-24', 'calls of tools, changes, and all that is not known to only read, are under the stricter bound', () => {
    const mcp = { kind: 'mcp' as const, server: demoServer };
    for (const rpc of ['tools/list', 'resources/read', 'prompts/get', 'resources/templates/list', 'initialize', 'ping', 'notifications/initialized', 'server/discover']) {
      expect([rpc, bound(mcp, 'POST', rpc)]).toEqual([rpc, 5000]);
    }
    for (const rpc of ['tools/call', 'tasks/cancel', 'x/delete', 'tools/call/list ', 'TOOLS/LIST', '']) expect([rpc, bound(mcp, 'POST', rpc)]).toEqual([rpc, 2000]);
    expect([bound(mcp, 'GET'), bound(mcp, 'DELETE')]).toEqual([5000, 5000]);
    for (const [method, expected] of [['GET', 5000], ['HEAD', 5000], ['POST', 2000], ['PATCH', 2000], ['DELETE', 2000]] as const) {
      expect([method, bound({ kind: 'manage' }, method)]).toEqual([method, expected]);
    }
  });
});
