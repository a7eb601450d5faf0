import type { Subject } from '@latchkey/access';
import { verifies } from '@latchkey/testing';
import { readShape } from '../message/message.ts';
import type { McpRoute } from '../proxy/exchange.ts';
import { demoServer } from '../testing/principals.ts';
import { narrowListen } from './narrow-listen.ts';

const route: McpRoute = { kind: 'mcp', server: demoServer, resource: 'http://gw.test/mcp/demo', url: 'http://gw.test/mcp/demo', template: '/mcp/demo' };
const subject = (tools: string[] | null): Subject => ({
  credential: { scopes: ['mcp:read'], org: 'acme', tools }, membership: { org: 'acme', role: 'member', projects: { main: 'viewer' } },
});

function sent(method: string, params: object, tools: string[] | null): unknown {
  const message = { jsonrpc: '2.0', id: 9, method, params };
  const body = Buffer.from(JSON.stringify(message));
  return JSON.parse(narrowListen(route, subject(tools), { ...readShape(message), era: 'modern', body }).toString());
}

describe('narrowListen', () => {
  const listen = { notifications: { toolsListChanged: true, resourceSubscriptions: ['test://a'] }, _meta: { x: 1 } };

  verifies('GW-53', 'a restricted credential subscribes to no resource, and to everything else as asked', () => {
    expect(sent('subscriptions/listen', listen, ['demo:add'])).toEqual({
      jsonrpc: '2.0', id: 9, method: 'subscriptions/listen', params: { notifications: { toolsListChanged: true, resourceSubscriptions: [] }, _meta: { x: 1 } },
    });
  });

  verifies('GW-53', 'nothing else is touched', () => {
    expect(sent('subscriptions/listen', listen, null)).toMatchObject({ params: listen });
    expect(sent('tools/call', listen, ['demo:add'])).toMatchObject({ params: listen });
    for (const notifications of [undefined, [], 'x', { resourceSubscriptions: 'test://a' }]) {
      expect(sent('subscriptions/listen', { notifications }, ['demo:add'])).toMatchObject({ method: 'subscriptions/listen' });
    }
  });
});
