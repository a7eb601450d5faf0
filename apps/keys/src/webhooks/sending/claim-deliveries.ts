import { randomUUID } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { isOpen } from './circuit.ts';

export interface ClaimedDelivery {
  id: string;
  claim: string;
  endpointId: string;
  eventId: string;
  /** That are over */
  attempts: number;
  url: string;
  body: string;
}

interface DueRow extends Omit<ClaimedDelivery, 'claim'> {
  failures: number;
  disabled: boolean;
  pausedUntil: Date | null;
  paused: boolean;
}

export interface ClaimOptions {
  limit: number;
  /** How many to one endpoint; a slow receiver must not hold up the others. */
  perEndpoint: (endpointId: string) => number;
  /** Endpoints that have enough already. */
  busy: readonly string[];
  /** How long whoever claims may take before somebody else does. */
  leaseSeconds: number;
}

/**
 * Takes what is due. Rows are locked and passed over by everybody else while they are looked at, and then kept by a claim that ends by
 * itself: a process that is killed leaves nothing behind that another one would not pick up.
 * @returns what to send, and how many rows were looked at: fewer than asked for means that there are no more
 */
export async function claimDeliveries(dataSource: DataSource, options: ClaimOptions): Promise<{ claimed: ClaimedDelivery[]; seen: number }> {
  return dataSource.transaction(async (manager) => {
    // A claim that a crash of Postgres takes back is one that has ended: nobody waits for the disk.
    await manager.query('SET LOCAL synchronous_commit = off');
    const due = await manager.query<DueRow[]>(
      `SELECT d.id, d.endpoint_id AS "endpointId", d.event_id AS "eventId", d.attempts, e.url, v.body, e.failures,
              e.disabled_at IS NOT NULL AS disabled, e.paused_until AS "pausedUntil", coalesce(e.paused_until > clock_timestamp(), false) AS paused
       FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id JOIN webhook_events v ON v.id = d.event_id
       WHERE d.status = 'pending' AND d.due_at <= clock_timestamp() AND d.endpoint_id <> ALL ($1::uuid[])
       ORDER BY d.due_at LIMIT $2 FOR UPDATE OF d SKIP LOCKED`,
      [options.busy, options.limit],
    );
    if (due.length === 0) return { claimed: [], seen: 0 };
    const claim = randomUUID();
    const taken = await admit(manager, due, options);
    if (taken.length > 0) {
      await manager.query('UPDATE webhook_deliveries SET claim = $1, due_at = clock_timestamp() + make_interval(secs => $2) WHERE id = ANY ($3)', [
        claim, options.leaseSeconds, taken.map(({ id }) => id),
      ]);
    }
    return { claimed: taken.map(({ id, endpointId, eventId, attempts, url, body }) => ({ id, claim, endpointId, eventId, attempts, url, body })), seen: due.length };
  });
}

/** Which of the rows may be tried now. What waits for its endpoint is put off, so that it is not looked at again and again. */
async function admit(manager: EntityManager, due: readonly DueRow[], { perEndpoint, leaseSeconds }: ClaimOptions): Promise<DueRow[]> {
  const taken: DueRow[] = [];
  for (const endpointId of new Set(due.map((row) => row.endpointId))) {
    const rows = due.filter((row) => row.endpointId === endpointId);
    const [first] = rows;
    if (first === undefined) continue;
    const { failures, disabled, paused, pausedUntil } = first;
    if (disabled) {
      await manager.query(`UPDATE webhook_deliveries SET status = 'failed', completed_at = clock_timestamp() WHERE id = ANY ($1)`, [rows.map(({ id }) => id)]);
    } else if (paused) {
      await putOff(manager, rows, pausedUntil);
    } else if (isOpen(failures)) {
      // One is tried; the others wait for what becomes of it.
      const [probe] = await manager.query<[{ until: Date }[], number]>(
        `UPDATE webhook_endpoints SET paused_until = clock_timestamp() + make_interval(secs => $2)
         WHERE id = $1 AND (paused_until IS NULL OR paused_until <= clock_timestamp()) RETURNING paused_until AS until`,
        [endpointId, leaseSeconds],
      );
      if (probe[0] === undefined) continue;
      taken.push(first);
      await putOff(manager, rows.slice(1), probe[0].until);
    } else {
      taken.push(...rows.slice(0, perEndpoint(endpointId)));
    }
  }
  return taken;
}

async function putOff(manager: EntityManager, rows: readonly DueRow[], until: Date | null): Promise<void> {
  if (rows.length === 0) return;
  await manager.query('UPDATE webhook_deliveries SET due_at = $1 WHERE id = ANY ($2)', [until, rows.map(({ id }) => id)]);
}
