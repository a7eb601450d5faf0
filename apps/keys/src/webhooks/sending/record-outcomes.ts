import type { EntityManager } from 'typeorm';
import { recordAudit } from '../../audit/record-audit.ts';
import type { WebhookEndpointEntity } from '../endpoints/webhook-endpoint.entity.ts';
import { pauseSeconds } from './circuit.ts';
import type { Outcome } from './attempt.ts';
import type { ClaimedDelivery } from './claim-deliveries.ts';
import { retryAfterSeconds, waitSeconds } from './schedule.ts';
import { stageEvent } from './stage-event.ts';

export interface Tried {
  delivery: ClaimedDelivery;
  outcome: Outcome;
}

const succeeded = ({ outcome }: Tried): boolean => outcome.statusCode !== null && outcome.statusCode >= 200 && outcome.statusCode < 300;
/** RFC 9110 section 15.5.11, and Standard Webhooks: the receiver wants no more. */
const isGone = ({ outcome }: Tried): boolean => outcome.statusCode === 410;

function stateOf(tried: Tried): { status: 'pending' | 'succeeded' | 'failed'; waitSeconds: number } {
  const { delivery, outcome } = tried;
  if (succeeded(tried)) return { status: 'succeeded', waitSeconds: 0 };
  const wait = isGone(tried) ? null : waitSeconds(delivery.attempts + 1, retryAfterSeconds(outcome.retryAfter, outcome.at));
  return wait === null ? { status: 'failed', waitSeconds: 0 } : { status: 'pending', waitSeconds: wait };
}

/** Writes what came of attempts, many at once. What another process has taken over meanwhile is its affair, and nothing is written of it. */
export async function recordOutcomes(manager: EntityManager, all: readonly Tried[]): Promise<void> {
  // An outcome that a crash of Postgres takes back is one of a process that died: it is delivered again.
  await manager.query('SET LOCAL synchronous_commit = off');
  const rows = all.map((tried) => {
    const { delivery, outcome } = tried;
    const { at, durationMs, statusCode, error, secrets } = outcome;
    const state = stateOf(tried);
    return { id: delivery.id, claim: delivery.claim, status: state.status, wait: state.waitSeconds, at, duration: durationMs, code: statusCode, error, secrets };
  });
  await manager.query(
    `WITH tried AS (
       SELECT * FROM jsonb_to_recordset($1::jsonb) AS t (id uuid, claim uuid, status text, wait float8, at timestamptz, duration int, code int, error text, secrets uuid[])
     ), written AS (
       UPDATE webhook_deliveries d
       SET attempts = d.attempts + 1, status = tried.status, claim = NULL, due_at = clock_timestamp() + make_interval(secs => tried.wait),
           completed_at = CASE WHEN tried.status = 'pending' THEN NULL ELSE clock_timestamp() END
       FROM tried WHERE d.id = tried.id AND d.claim = tried.claim AND d.status = 'pending'
       RETURNING d.id, d.attempts
     )
     INSERT INTO webhook_attempts (delivery_id, number, at, duration_ms, status_code, error, secrets)
     SELECT id, written.attempts, at, duration, code, error, secrets FROM written JOIN tried USING (id)`,
    [JSON.stringify(rows)],
  );
  await noteEndpoints(manager, all);
}

/** Keeps the circuits: one success closes, failures in a row open, and 410 ends it. */
async function noteEndpoints(manager: EntityManager, all: readonly Tried[]): Promise<void> {
  const well = [...new Set(all.filter(succeeded).map(({ delivery }) => delivery.endpointId))].sort();
  if (well.length > 0) await manager.query('UPDATE webhook_endpoints SET failures = 0, failing_since = NULL, paused_until = NULL WHERE id = ANY ($1) AND failures > 0', [well]);
  const failed = all.filter((tried) => !succeeded(tried));
  // In one order everywhere: two that write at once wait for each other and not in a circle.
  for (const endpointId of [...new Set(failed.map(({ delivery }) => delivery.endpointId))].sort()) {
    const tries = failed.filter(({ delivery }) => delivery.endpointId === endpointId);
    if (tries.some(isGone)) await disable(manager, endpointId, tries.find(isGone)?.outcome.at ?? new Date());
    else if (!well.includes(endpointId)) await noteFailures(manager, endpointId, tries.length);
  }
}

async function noteFailures(manager: EntityManager, endpointId: string, count: number): Promise<void> {
  const [rows] = await manager.query<[Pick<WebhookEndpointEntity, 'failures'>[], number]>(
    'UPDATE webhook_endpoints SET failures = failures + $2, failing_since = coalesce(failing_since, clock_timestamp()) WHERE id = $1 RETURNING failures',
    [endpointId, count],
  );
  const pause = pauseSeconds(rows[0]?.failures ?? 0);
  if (pause > 0) await manager.query('UPDATE webhook_endpoints SET paused_until = clock_timestamp() + make_interval(secs => $2) WHERE id = $1', [endpointId, pause]);
}

/** Nobody at the receiver listens any more. The organization is told by its other endpoints and by the audit log, and through that whoever registered it by mail. */
async function disable(manager: EntityManager, endpointId: string, at: Date): Promise<void> {
  const [rows] = await manager.query<[{ org: string; url: string; createdBy: string }[], number]>(
    "UPDATE webhook_endpoints SET disabled_at = clock_timestamp(), disabled_reason = 'gone' WHERE id = $1 AND disabled_at IS NULL RETURNING org, url, created_by AS \"createdBy\"",
    [endpointId],
  );
  const [row] = rows;
  if (row === undefined) return;
  await manager.query(`UPDATE webhook_deliveries SET status = 'failed', claim = NULL, completed_at = clock_timestamp() WHERE endpoint_id = $1 AND status = 'pending'`, [endpointId]);
  await recordAudit(manager, {
    org: row.org, actor: { kind: 'service', id: 'keys' }, action: 'webhook_endpoint.disabled', target: { kind: 'webhook_endpoint', id: endpointId },
    details: { reason: 'gone', owner: row.createdBy, host: new URL(row.url).host.slice(0, 256) },
  });
  await stageEvent(manager, { org: row.org, type: 'webhook.endpoint_disabled', at, data: { endpoint: endpointId, reason: 'gone' } });
}
