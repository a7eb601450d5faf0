import type { PatRecord } from '@latchkey/contracts';
import type { PatEntity } from './pat.entity.ts';

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);
const secondsOrNull = (date: Date | null): number | null => (date === null ? null : seconds(date));

/** A key as the gateways judge it. It stays on the feed when it is revoked, so that they can say so. */
export function patRecord(row: PatEntity): PatRecord {
  const { id, org, owner, scopes, projects, grants, tools, service, allowedIps, rateLimit } = row;
  return {
    kind: 'pat',
    id,
    hash: row.hash.toString('base64url'),
    org,
    owner,
    scopes,
    projects,
    grants,
    tools,
    ...(service ? { service } : {}),
    ...(allowedIps === null ? {} : { allowedIps }),
    ...(rateLimit === null ? {} : { rateLimit }),
    mintedAt: seconds(row.createdAt),
    expiresAt: secondsOrNull(row.expiresAt),
    revokedAt: secondsOrNull(row.revokedAt),
  };
}
