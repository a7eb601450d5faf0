import type { Provider, Type } from '@nestjs/common';
import { BeginConnecting } from './connecting/begin-connecting.ts';
import { Connecting } from './connecting/connecting.ts';
import { FinishConnecting } from './connecting/finish-connecting.ts';
import { ConnectionFlows } from './connecting/flows.ts';
import { GiveOwnValue } from './connecting/give-own-value.ts';
import { PruneFlows } from './connecting/prune-flows.ts';
import { AuthorizeConnectionOperation } from './own/authorize-connection.ts';
import { Disconnect } from './own/disconnect.ts';
import { SetOwnValue } from './own/set-own-value.ts';
import { DiscoverUpstream } from './upstream-oauth/discover.ts';
import { RefreshCredential } from './upstream-oauth/refresh-credential.ts';
import { UpstreamClients } from './upstream-oauth/upstream-client.ts';
import { UpstreamFetch } from './upstream-oauth/upstream-fetch.ts';
import { ConnectionFlowEntity } from './connecting/connection-flow.entity.ts';
import { ConnectionsController } from './connections.controller.ts';
import { ConnectionCredentialEntity } from './credentials/connection-credential.entity.ts';
import { ConnectionCredentials } from './credentials/connection-credentials.ts';
import { ChangeConnection } from './definitions/change-connection.ts';
import { ConnectionEntity } from './definitions/connection.entity.ts';
import { CreateConnectionOperation } from './definitions/create-connection.ts';
import { EndHolder } from './definitions/end-holder.ts';
import { ListHolders } from './definitions/list-holders.ts';
import { ListConnections } from './definitions/list-connections.ts';
import { RevokeConnection } from './definitions/revoke-connection.ts';
import { RotateConnectionOperation } from './definitions/rotate-connection.ts';
import { ShowConnection } from './definitions/show-connection.ts';
import { RevokeUpstream } from './revoking/revoke-upstream.ts';
import { UpstreamRevocationEntity } from './revoking/upstream-revocation.entity.ts';
import { ConnectionValuesController } from './values/connection-values.controller.ts';
import { GiveValue } from './values/give-value.ts';
import { NoteLack } from './values/note-lack.ts';

export const connectionEntities: Type[] = [ConnectionEntity, ConnectionCredentialEntity, ConnectionFlowEntity, UpstreamRevocationEntity];
export const connectionProviders: Provider[] = [
  ConnectionCredentials, CreateConnectionOperation, ListConnections, ShowConnection, ChangeConnection, RotateConnectionOperation, RevokeConnection, GiveValue,
  UpstreamFetch, DiscoverUpstream, UpstreamClients, RefreshCredential, NoteLack, ConnectionFlows, PruneFlows, BeginConnecting, FinishConnecting, GiveOwnValue, Connecting,
  AuthorizeConnectionOperation, SetOwnValue, Disconnect, ListHolders, EndHolder, RevokeUpstream,
];
export const connectionControllers: Type[] = [ConnectionsController, ConnectionValuesController];
