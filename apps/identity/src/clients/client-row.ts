import type { Scope } from '@latchkey/contracts';
import { RequestNote } from '@latchkey/service';
import { Provider } from 'oidc-provider';
import type { UnitOfWork } from '../provider/unit-of-work.ts';
import type { ServerPlace } from '../servers/find-server.ts';
import type { MachineRole } from './client.entity.ts';

/** All that a request asks of its client. */
export interface ClientRow {
  metadata: Record<string, unknown>;
  secretHash: Buffer | null;
  org: string | null;
  scopes: Scope[] | null;
  resources: string[] | null;
  privileged: boolean;
  machine: MachineRole | null;
  /** What was issued at or before it is dead; that of the organization, too. */
  epoch: number | null;
  /** Whose organization was disabled, where it has one. */
  orphaned: boolean;
  /** As it is stored: what its organization demands. */
  policy: unknown;
  /** Of a machine with a few resources: what its next question is about. */
  servers: ServerPlace[] | null;
}

export const clientById = {
  name: 'client-by-id',
  text: `SELECT c.metadata, c.secret_hash AS "secretHash", c.org, c.scopes, c.resources, c.privileged, c.machine, greatest(c.epoch, o.epoch) AS epoch,
      p.policy, CASE WHEN c.machine IS NOT NULL AND cardinality(c.resources) <= 5 THEN (
        SELECT jsonb_agg(jsonb_build_object('slug', s.slug, 'org', s.org, 'project', s.project, 'name', s.name)) FROM servers s
        WHERE s.slug IN (SELECT substring(named FROM '[^/]+$') FROM unnest(c.resources) AS named) AND s.deleted_at IS NULL
      ) END AS servers,
      c.org IS NOT NULL AND (o.slug IS NULL OR o.disabled_at IS NOT NULL) AS orphaned
    FROM clients c LEFT JOIN organizations o ON o.slug = c.org LEFT JOIN organization_policies p ON p.org = c.org
    WHERE c.id = $1 AND c.deleted_at IS NULL`,
};

/** What the request that the engine is serving has read already. It ends with the request, so nothing in it grows old. */
const read = new RequestNote<object, Map<string, Promise<ClientRow | null>>>();

/** The client as the table has it: read once in a request of the engine, which asks for it at every turn; and each time outside of one. */
export function clientRow(unitOfWork: UnitOfWork, id: string): Promise<ClientRow | null> {
  // No column holds it, and no client is called so (RFC 6749 appendix A.1).
  if (id.includes('\0')) return Promise.resolve(null);
  const ctx = Provider.ctx;
  const known = ctx === undefined ? undefined : (read.get(ctx) ?? new Map<string, Promise<ClientRow | null>>());
  if (ctx !== undefined && known !== undefined) read.set(ctx, known);
  const found = known?.get(id) ?? unitOfWork.look<ClientRow>(clientById, [id]).then((rows) => rows[0] ?? null);
  known?.set(id, found);
  return found;
}

/** For who has changed it meanwhile. */
export function forgetClientRow(id: string): void {
  const ctx = Provider.ctx;
  if (ctx !== undefined) read.get(ctx)?.delete(id);
}
