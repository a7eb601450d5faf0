import { verifies } from '@latchkey/testing';
import type { Message } from '../message/message.ts';
import { KnownVersions } from './known-versions.ts';

const asked = (requested: string, more: Partial<Message> = {}): Message =>
  ({ kind: 'request', id: 1, method: 'tools/list', params: {}, meta: { 'io.modelcontextprotocol/protocolVersion': requested }, era: 'modern', body: Buffer.alloc(0), ...more }) as Message;

describe('the versions that a server knows', () => {
  verifies('GW-45', 'are what it said within the last minute, and before and after that its own affair', () => {
    const known = new KnownVersions();
    known.require(asked('2026-07-28'), 0);
    known.heard(['2031-01-01', 7, null], 1000);
    expect(() => known.require(asked('2026-07-28'), 60_000)).toThrow(expect.objectContaining({ status: 400, code: -32022, data: { supported: [], requested: '2026-07-28' } }));
    known.require(asked('2026-07-28'), 61_001);
    known.heard(['2026-07-28', '2031-01-01'], 2000);
    known.require(asked('2026-07-28'), 2000);
    known.heard([], 3000);
    known.require(asked('2026-07-28'), 3000);
  });

  it('bind neither who asks for them, nor messages of another era or kind', () => {
    const known = new KnownVersions();
    known.heard(['2031-01-01'], 0);
    for (const message of [asked('2026-07-28', { method: 'server/discover' }), asked('2026-07-28', { era: 'legacy' }), asked('2026-07-28', { kind: 'notification' }), asked('x', { meta: null } as Partial<Message>), undefined]) known.require(message, 0);
  });
});
