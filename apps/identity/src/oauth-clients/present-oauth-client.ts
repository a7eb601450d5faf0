import type { OauthClient, OauthClientKind } from '@latchkey/contracts';
import type { ClientEntity } from '../clients/client.entity.ts';

type Presentable = Omit<ClientEntity, 'secretHash' | 'previousSecretHash' | 'privileged' | 'epoch' | 'deletedAt' | 'revivable' | 'revivedAt'>;

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []);

export function kindOf({ machine, metadata }: Pick<ClientEntity, 'machine' | 'metadata'>): OauthClientKind {
  if (machine !== null) return 'machine';
  return metadata.token_endpoint_auth_method === 'none' ? 'public' : 'confidential';
}

/** A client as the API shows it. @param trusted  whether the organization vouches for this very client */
export function presentOauthClient(row: Presentable, trusted: boolean, now = new Date()): OauthClient {
  const { id, org, origin, metadata, machine, createdBy, createdAt, usedAt, previousSecretUntil } = row;
  return {
    id,
    org,
    name: text(metadata.client_name) ?? '',
    kind: kindOf(row),
    origin,
    authMethod: text(metadata.token_endpoint_auth_method) ?? '',
    redirectUris: texts(metadata.redirect_uris),
    scopes: row.scopes,
    resources: row.resources,
    machine,
    jwksUri: text(metadata.jwks_uri),
    previousSecretUntil: previousSecretUntil !== null && previousSecretUntil > now ? previousSecretUntil.toISOString() : null,
    trusted,
    createdBy,
    createdAt: createdAt.toISOString(),
    lastUsedAt: usedAt?.toISOString() ?? null,
  };
}
