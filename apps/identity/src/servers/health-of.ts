import type { ServerHealth } from '@latchkey/contracts';
import { In, MoreThan, type EntityManager } from 'typeorm';
import { ServerHealthEntity } from './server-health.entity.ts';

const nobody: ServerHealth = { state: 'unknown', gateways: 0, down: 0, lastSuccessAt: null, lastFailureAt: null, lastFailure: null, reportedAt: null };

/** ISO times of one form are in order as text. */
const latest = (times: readonly (string | null)[]): string | null => times.reduce((one, other) => (one === null || (other !== null && other > one) ? other : one), null);

/** What gateways have seen of one server, in one answer. */
export function healthFrom(rows: readonly Pick<ServerHealthEntity, 'seen' | 'seenAt'>[]): ServerHealth {
  if (rows.length === 0) return nobody;
  const down = rows.filter(({ seen }) => seen.state === 'down').length;
  const lastFailureAt = latest(rows.map(({ seen }) => seen.lastFailureAt));
  return {
    state: down === 0 ? 'up' : down === rows.length ? 'down' : 'degraded',
    gateways: rows.length,
    down,
    lastSuccessAt: latest(rows.map(({ seen }) => seen.lastSuccessAt)),
    lastFailureAt,
    lastFailure: rows.find(({ seen }) => seen.lastFailureAt === lastFailureAt)?.seen.lastFailure ?? null,
    reportedAt: latest(rows.map(({ seenAt }) => seenAt.toISOString())),
  };
}

/** The health of servers, by their ids; each that was asked for has an answer. */
export async function healthOf(manager: EntityManager, ids: readonly string[]): Promise<(id: string) => ServerHealth> {
  const rows = ids.length === 0 ? [] : await manager.findBy(ServerHealthEntity, { server: In([...ids]), expiresAt: MoreThan(new Date()) });
  return (id) => healthFrom(rows.filter(({ server }) => server === id));
}
