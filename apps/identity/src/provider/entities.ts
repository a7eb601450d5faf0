import { ClientEntity } from '../clients/client.entity.ts';
import { TrustedClientEntity } from '../clients/trusted-client.entity.ts';
import { AuthorizationEntity } from '../grants/authorization.entity.ts';
import { ConsentEntity } from '../grants/consent.entity.ts';
import { EndedSessionEntity } from '../grants/ended-session.entity.ts';
import { SecretKeyEntity } from '../keys/secret-key.entity.ts';
import { RefreshReplayEntity } from '../tokens/refresh-replay.entity.ts';
import { RevokedTokenEntity } from '../tokens/revoked-token.entity.ts';
import { ArtifactEntity } from './artifact.entity.ts';

export const engineEntities = [
  ArtifactEntity,
  AuthorizationEntity,
  ClientEntity,
  ConsentEntity,
  EndedSessionEntity,
  RefreshReplayEntity,
  RevokedTokenEntity,
  SecretKeyEntity,
  TrustedClientEntity,
];
