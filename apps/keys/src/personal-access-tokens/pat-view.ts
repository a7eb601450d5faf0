import type { Pat } from '@latchkey/contracts';
import type { PatEntity } from './pat.entity.ts';
import { statusOf } from './status.ts';

/** What nobody sees of a key. */
export const unseen = ['hash', 'noticedDays'] as const;

/** A key as its owner may see it: nothing in it opens anything. */
export function patView(row: Omit<PatEntity, (typeof unseen)[number]>, now: Date): Pat {
  const { id, name, prefix, org, owner, scopes, projects, grants, tools, allowedIps, rateLimit } = row;
  return {
    id,
    name,
    prefix,
    org,
    owner,
    scopes,
    ...(projects === null ? {} : { projects }),
    ...(grants === null ? {} : { grants }),
    ...(tools === null ? {} : { tools }),
    ...(allowedIps === null ? {} : { allowedIps }),
    ...(rateLimit === null ? {} : { rateLimit }),
    status: statusOf(row, now),
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    ...(row.service ? { kind: 'service' } : {}),
    ...(row.revokeReason === null ? {} : { revokeReason: row.revokeReason }),
    ...(row.replaces === null ? {} : { replaces: row.replaces }),
    ...(row.replacedBy === null ? {} : { replacedBy: row.replacedBy }),
  };
}
