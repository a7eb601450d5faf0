import type { FeedRecord, PatRecord, ServerRecord } from '@latchkey/contracts';
import { subjectOf } from '@latchkey/feed';
import { Replica } from '@latchkey/feed-replica';
import type { Principal } from '../credentials/principal.ts';

export const issuer = 'http://id.test';

export const somePrincipal: Principal = {
  kind: 'access_token', id: 'jti-1', issuer, subject: 'user-1', org: 'acme', clientId: 'client-1', scopes: ['mcp:read', 'mcp:execute'],
  projects: null, grants: null, tools: null, allowedIps: null, rateLimit: null, issuedAtSeconds: 1000, expiresAtSeconds: 4600, grantId: 'gid-1', sessionId: 'sid-1', tokenId: 'jti-1', hash: null, sourcePat: null, sourceTokenId: null, keyThumbprint: null,
};

export const demoServer: ServerRecord = {
  kind: 'server', id: 'a-uuid', slug: 'demo', org: 'acme', project: 'main', folder: null, name: 'Demo', url: 'http://127.0.0.1:1/mcp', deletedAt: null,
};

export const someMember: FeedRecord = {
  kind: 'member', user: 'user-1', memberships: [{ org: 'acme', role: 'member', projects: { main: 'contributor' }, epoch: null }],
};

export const patRecord = (more: Partial<PatRecord> & Pick<PatRecord, 'id' | 'hash'>): PatRecord => ({
  kind: 'pat', org: 'acme', owner: 'user-1', scopes: ['mcp:read', 'mcp:execute'], projects: null, grants: null, tools: null,
  mintedAt: 1000, expiresAt: null, revokedAt: null, ...more,
});

/** A real replica that holds these records; each later `apply` counts as a newer version. */
export function replicaWith(...records: FeedRecord[]): Replica & { learn(record: FeedRecord): void } {
  const replica = new Replica();
  let version = 0;
  const learn = (record: FeedRecord): void => replica.apply({ subject: subjectOf(record), version: (version += 1), record });
  for (const record of records) learn(record);
  return Object.assign(replica, { learn });
}
