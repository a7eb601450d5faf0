import { randomBytes } from 'node:crypto';
import { displayNameSchema } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { IsNull, type DataSource } from 'typeorm';
import { clientReference } from '../audit/oauth-author.ts';
import { recordAudit, type AuditAuthor } from '../audit/record-audit.ts';
import { ClientEntity } from '../clients/client.entity.ts';
import { secretHash, storedSecret } from '../clients/client-secret.ts';
import { deleteClient } from '../clients/delete-client.ts';

/** Whoever can reach the database runs the deployment: there is no account to name. */
const byOperator: AuditAuthor = { actor: { kind: 'service', id: 'operator' }, credential: null };

export interface Introspector {
  id: string;
  name: string;
  createdAt: string;
}

/** Those that belong to nobody and that we made privileged ourselves: no registration comes to that (AS-21). */
const mine = { origin: 'registered', privileged: true, org: IsNull(), machine: IsNull(), deletedAt: IsNull() } as const;

const present = ({ id, metadata, createdAt }: ClientEntity): Introspector => ({ id, name: String(metadata['client_name']), createdAt: createdAt.toISOString() });

export async function listIntrospectors(dataSource: DataSource): Promise<Introspector[]> {
  return (await dataSource.manager.find(ClientEntity, { where: mine, order: { createdAt: 'ASC', id: 'ASC' } })).map(present);
}

/**
 * Registers a resource server of the operator's own: it may ask about tokens (AS-62) and gets none itself.
 * @returns with the secret, which is kept nowhere
 * @throws Problem `invalid_request` for a name that is none
 */
export async function addIntrospector(dataSource: DataSource, text: string): Promise<Introspector & { clientSecret: string }> {
  const name = displayNameSchema.safeParse(text);
  if (!name.success) throw new Problem('invalid_request', { detail: 'A name has 1 to 100 characters.' });
  const id = `rs-${randomBytes(16).toString('hex')}`;
  const clientSecret = randomBytes(64).toString('base64url');
  const metadata = {
    client_id: id, client_name: name.data, redirect_uris: [], application_type: 'web', grant_types: [], response_types: [], token_endpoint_auth_method: 'client_secret_basic',
  };
  return dataSource.transaction(async (manager) => {
    // No scope and no resource: whatever it asked for itself, there would be nothing to give.
    await manager.insert(ClientEntity, { id, origin: 'registered', metadata, secretHash: secretHash(storedSecret(clientSecret)), privileged: true, scopes: [], resources: [] });
    await recordAudit(manager, { org: null, ...byOperator, action: 'client.registered', target: { ...clientReference(id), name: name.data }, details: { kind: 'introspector' } });
    return { ...present(await manager.findOneByOrFail(ClientEntity, { id })), clientSecret };
  });
}

/** Takes it away: what it asks from then on is not answered. @throws Problem `not_found`, also for every other kind of client */
export async function removeIntrospector(dataSource: DataSource, id: string): Promise<{ id: string; deletedAt: string }> {
  return dataSource.transaction(async (manager) => {
    const row = await manager.findOne(ClientEntity, { where: { id, ...mine }, lock: { mode: 'pessimistic_write' } });
    // It has no token that could outlive it, so that its tombstone need not last.
    const deleted = row === null ? null : await deleteClient(manager, id, 0, { action: 'client.deleted', ...byOperator });
    if (deleted === null) throw new Problem('not_found', { detail: `There is no resource server ${id}.` });
    return { id, deletedAt: deleted.deletedAt };
  });
}
