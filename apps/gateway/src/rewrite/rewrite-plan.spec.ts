import type { Subject } from '@latchkey/access';
import { verifies } from '@latchkey/testing';
import type { Message } from '../message/message.ts';
import type { McpRoute } from '../proxy/exchange.ts';
import { demoServer } from '../testing/principals.ts';
import { rewritePlan } from './rewrite-plan.ts';

const route: McpRoute = { kind: 'mcp', server: demoServer, resource: 'http://gw.test/mcp/demo', url: 'http://gw.test/mcp/demo', template: '/mcp/demo' };
const subject = (tools: string[] | null): Subject => ({
  credential: { scopes: ['mcp:read', 'mcp:execute'], org: 'acme', tools },
  membership: { org: 'acme', role: 'member', projects: { main: 'contributor' } },
});
const message = (era: 'modern' | 'legacy', method: string): Message => ({ kind: 'request', id: 1, method, params: {}, meta: null, era, body: Buffer.alloc(0) });
const answer = (result: object) => ({ jsonrpc: '2.0', id: 1, result });
const toolList = () => answer({ tools: [{ name: 'add' }, { name: 'delete_all' }, { name: 'add_many' }, 'odd'], nextCursor: 'c' });

describe('rewritePlan', () => {
  verifies('GW-51', 'a list loses the tools that the credential may not use, and keeps order and cursor', () => {
    for (const era of ['legacy', 'modern'] as const) {
      const received = toolList();
      expect(rewritePlan(route, subject(['demo:add*']), message(era, 'tools/list'))?.(received)).toBe(true);
      expect(received.result).toMatchObject({ tools: [{ name: 'add' }, { name: 'add_many' }], nextCursor: 'c' });
    }
  });

  verifies('GW-51', 'a list is filtered where a server answers what asked for no answer', () => {
    const received = toolList();
    const notification: Message = { kind: 'notification', method: 'tools/list', params: {}, meta: null, era: 'legacy', body: Buffer.alloc(0) };
    expect(rewritePlan(route, subject(['demo:add']), notification)?.(received)).toBe(true);
    expect(received.result).toMatchObject({ tools: [{ name: 'add' }] });
  });

  verifies('GW-51', 'prompts, resources and templates are hidden from a credential that was given tools', () => {
    const received = answer({ prompts: [{ name: 'p' }], resources: [{ uri: 'a://b' }], resourceTemplates: [{ uriTemplate: 'a://{b}' }] });
    rewritePlan(route, subject(['demo:add']), message('legacy', 'resources/list'))?.(received);
    expect(received.result).toEqual({ prompts: [], resources: [], resourceTemplates: [] });
  });

  verifies('GW-51', 'on a GET stream every replayed list is filtered, and news of a hidden resource is dropped', () => {
    const rewrite = rewritePlan(route, subject(['demo:add']), undefined);
    const received = toolList();
    expect(rewrite?.(received)).toBe(true);
    expect(received.result).toMatchObject({ tools: [{ name: 'add' }] });
    expect(rewrite?.({ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri: 'a://b' } })).toBe(false);
  });

  verifies('GW-54', 'results of a modern request are private, whatever the upstream says, and stale at once if it does not', () => {
    for (const method of ['server/discover', 'tools/list', 'prompts/list', 'resources/list', 'resources/templates/list', 'resources/read']) {
      const open = answer({ cacheScope: 'public', ttlMs: 5000 });
      rewritePlan(route, subject(null), message('modern', method))?.(open);
      expect(open.result).toEqual({ cacheScope: 'private', ttlMs: 5000 });
      const silent = answer({});
      rewritePlan(route, subject(null), message('modern', method))?.(silent);
      expect(silent.result).toEqual({ cacheScope: 'private', ttlMs: 0 });
    }
  });

  verifies('GW-45', 'server/discover tells of no version that the gateway would refuse', () => {
    const received = answer({ supportedVersions: ['2027-01-01', '2026-07-28'] });
    rewritePlan(route, subject(null), message('modern', 'server/discover'))?.(received);
    expect(received.result).toMatchObject({ supportedVersions: ['2026-07-28'] });
  });

  it('lets everything else pass unread', () => {
    expect(rewritePlan(route, subject(null), message('legacy', 'tools/list'))).toBeNull();
    expect(rewritePlan(route, subject(null), message('modern', 'tools/call'))).toBeNull();
    expect(rewritePlan(route, subject(['demo:*']), message('legacy', 'tools/list'))).toBeNull();
    expect(rewritePlan(route, subject(null), undefined)).toBeNull();
  });
});
