import type { Pat } from '@latchkey/contracts';
import { fields, listed, type Column } from '../../text.ts';

const day = (moment: string | null): string => moment?.slice(0, 10) ?? 'never';

export const keyColumns: readonly Column<Pat>[] = [
  ['id', ({ id }) => id],
  ['name', ({ name }) => name],
  ['status', ({ status }) => status],
  ['scopes', ({ scopes }) => scopes.join(' ')],
  ['expires', ({ expiresAt }) => day(expiresAt)],
  ['last used', ({ lastUsedAt }) => day(lastUsedAt)],
];

/** Everything about a key; its token is no part of it. */
export const keyText = (key: Pat): string =>
  fields({
    id: key.id, name: key.name, kind: key.kind ?? 'personal', status: key.status, org: key.org, owner: key.owner, prefix: key.prefix, scopes: key.scopes.join(' '),
    projects: listed(key.projects, 'all'), grants: key.grants?.map(({ resource, actions }) => `${resource}=${actions.join(',')}`).join('; '), tools: key.tools?.join(', '),
    'allowed addresses': key.allowedIps?.join(', '), 'rate limit': key.rateLimit === undefined ? undefined : `${key.rateLimit.limit} in ${key.rateLimit.windowSeconds} s`,
    created: key.createdAt, expires: key.expiresAt ?? 'never', 'last used': key.lastUsedAt ?? 'never', revoked: key.revokedAt, reason: key.revokeReason, replaces: key.replaces, 'replaced by': key.replacedBy,
  });
