import { createHash } from 'node:crypto';
import type { PatRecord } from '@latchkey/contracts';

export const million = 1_000_000;
const owners = 50_000;
const policies = 500;
const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The hash of number `index`: the same in every run, and as even as real ones. */
export const hashOf = (index: number): Buffer => createHash('sha256').update(`token ${index}`).digest();

const idOf = (index: number): string => {
  let id = '';
  for (let rest = index; id.length < 8; rest = Math.floor(rest / 62)) id = base62[rest % 62] + id;
  return id;
};

const uuidOf = (index: number): string => `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;

/** Record number `index` of a large deployment: 20 tokens an owner, 500 different policies, half of the tokens with an expiry. */
export function recordNumber(index: number): PatRecord {
  const policy = index % policies;
  const record: PatRecord = {
    kind: 'pat', id: idOf(index), hash: hashOf(index).toString('base64url'), org: `org-${policy % 50}`, owner: uuidOf(index % owners),
    scopes: policy % 2 === 0 ? ['mcp:read', 'mcp:execute'] : ['mcp:read', 'workflow:read', 'workflow:run'],
    projects: policy % 3 === 0 ? null : [`project-${policy}`],
    grants: policy % 5 === 0 ? [{ resource: `org/org-${policy % 50}/project/project-${policy}`, actions: ['read', 'write'] }] : null,
    tools: policy % 7 === 0 ? [`server-${policy}:*`] : null,
    mintedAt: 1_750_000_000 + index, expiresAt: index % 2 === 0 ? 4_000_000_000 : null, revokedAt: null,
  };
  // As it comes from the feed: strings made by the parser have another form in memory than strings put together here.
  return JSON.parse(JSON.stringify(record)) as PatRecord;
}
