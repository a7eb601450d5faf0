import type { OrgRole } from './identifiers.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;

const ask = (path: string, query: Record<string, string>): string => `${path}?${new URLSearchParams(query).toString()}`;

/** Which entries of the audit log somebody reads: those of the whole organization, or those of what they did themselves (docs/audit.md). */
export const entriesFor = (role: OrgRole): { actor?: 'me' } => (role === 'member' ? { actor: 'me' } : {});

/**
 * What the console's first screen asks the management API for, by what it shows. Identity asks the same questions for the page itself, which brings
 * the answers along behind all that a browser can load meanwhile; they have to be the same to the letter.
 */
export const homeQuestions = ({ org, role, user, nowMs }: { org: string; role: OrgRole; user: string; nowMs: number }) => {
  const today = new Date(nowMs).toISOString().slice(0, 10);
  // From the hour on, so that the question stays the same for a while.
  const yesterday = new Date(Math.floor(nowMs / hourMs) * hourMs - dayMs).toISOString();
  return {
    servers: ask('/v1/servers', { org, limit: '100' }),
    // What ends soon lives as well, and revoked ones take no place from either.
    keys: ask('/v1/pats', { org, owner: user, status: 'active', limit: '100' }),
    ending: ask('/v1/pats', { org, owner: user, status: 'expiring', limit: '100' }),
    calls: ask('/v1/pats/usage', { org, by: 'day', from: today, to: today }),
    refusals: ask('/v1/audit', { org, ...entriesFor(role), outcome: 'refused', from: yesterday, limit: '100' }),
    freshness: ask('/v1/freshness', { org }),
  } as const;
};
