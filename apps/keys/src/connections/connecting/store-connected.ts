import type { EntityManager } from 'typeorm';
import { recordAudit } from '../../audit/record-audit.ts';
import type { ConnectionCredentials, NewCredential } from '../credentials/connection-credentials.ts';
import { tellGateways } from '../definitions/connection-record.ts';
import { ConnectionEntity } from '../definitions/connection.entity.ts';
import type { ConnectionFlowEntity } from './connection-flow.entity.ts';

/** Who stands behind a flow, for the audit log. */
export const actorOfFlow = ({ person, holder }: ConnectionFlowEntity) => ({ kind: person === null ? ('anonymous' as const) : ('user' as const), id: person ?? holder.slice(0, 256) });

/** Keeps what somebody connected with. @returns whether the connection was still there */
export async function storeConnected(manager: EntityManager, credentials: ConnectionCredentials, flow: ConnectionFlowEntity, credential: NewCredential): Promise<boolean> {
  const row = await manager.findOne(ConnectionEntity, { where: { id: flow.connectionId }, lock: { mode: 'pessimistic_write' } });
  if (row === null || row.revokedAt !== null) return false;
  await credentials.put(manager, row, flow.holder, credential);
  await recordAudit(manager, {
    org: row.org, actor: actorOfFlow(flow), action: 'connection.connected', target: { kind: 'connection', id: row.id, name: row.name },
    details: { per: row.per, ...(flow.client === null ? {} : { client: flow.client.slice(0, 256) }) },
  });
  await tellGateways(manager, row);
  return true;
}
