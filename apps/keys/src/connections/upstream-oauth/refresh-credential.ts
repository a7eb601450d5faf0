import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { WallClock } from '@latchkey/clock';
import { Problem } from '@latchkey/problem';
import type { Logger } from '@latchkey/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import * as client from 'openid-client';
import { DataSource } from 'typeorm';
import { recordAudit } from '../../audit/record-audit.ts';
import { LOGGER } from '../../tokens.ts';
import { ConnectionCredentialEntity } from '../credentials/connection-credential.entity.ts';
import { ConnectionCredentials } from '../credentials/connection-credentials.ts';
import { tellGateways } from '../definitions/connection-record.ts';
import type { ConnectionEntity } from '../definitions/connection.entity.ts';
import { credentialOf } from './token-credential.ts';
import { UpstreamClients } from './upstream-client.ts';

/** Longer than a refresh with its second attempt takes: who holds a lease this long is dead. */
const leaseSeconds = 20;
const patienceMs = 9_000;
const lookMs = 50;

/**
 * Renews an access token. One replica does it at a time, by a lease in the row that outlives nobody for long; the others wait for what it
 * stores. A new refresh token is in Postgres before anybody is shown what came with it, so that a process that dies has lost nothing that
 * somebody else used.
 */
@Injectable()
export class RefreshCredential {
  constructor(
    private readonly dataSource: DataSource,
    private readonly credentials: ConnectionCredentials,
    private readonly clients: UpstreamClients,
    private readonly clock: WallClock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * @param held  as it was read
   * @returns the row with what is to be shown now; null where nothing is left to show
   * @throws Problem `upstream_unavailable` when the authorization server cannot be reached
   */
  async run(row: ConnectionEntity, held: ConnectionCredentialEntity): Promise<ConnectionCredentialEntity | null> {
    const { manager } = this.dataSource;
    for (const end = performance.now() + patienceMs; performance.now() < end; await delay(lookMs)) {
      const lease = randomUUID();
      const claimed = await manager.query<[unknown[], number]>(
        `UPDATE connection_credentials SET lease = $3, lease_until = clock_timestamp() + make_interval(secs => ${leaseSeconds})
         WHERE id = $1 AND version = $2 AND sealed IS NOT NULL AND (lease IS NULL OR lease_until < clock_timestamp()) RETURNING id`,
        [held.id, held.version, lease],
      );
      if (claimed[1] === 1) return this.refresh(row, held, lease);
      const now = await manager.findOneBy(ConnectionCredentialEntity, { id: held.id });
      if (now === null || now.sealed === null) return null;
      if (now.version !== held.version) return now;
    }
    throw new Problem('upstream_unavailable', { detail: 'The authorization server of the upstream does not answer.' });
  }

  private async refresh(row: ConnectionEntity, held: ConnectionCredentialEntity, lease: string): Promise<ConnectionCredentialEntity | null> {
    const { refreshToken } = await this.credentials.open(held, held.sealed ?? Buffer.alloc(0));
    if (refreshToken === undefined) return this.end(row, held, lease, 'it cannot be renewed');
    try {
      const tokens = await this.ask(row, refreshToken);
      return await this.store(row, held, lease, credentialOf(tokens, this.clock.nowMs(), held.scopes, refreshToken));
    } catch (error) {
      const { error: code } = error as { error?: unknown };
      // RFC 6749 section 5.2: only this one says that the refresh token is at an end.
      if (error instanceof client.ResponseBodyError && code === 'invalid_grant') return this.end(row, held, lease, 'the authorization server has ended it');
      await this.dataSource.manager.update(ConnectionCredentialEntity, { id: held.id, lease }, { lease: null, leaseUntil: null });
      this.logger.warn({ connection: row.id, error: (error as Error).name, code: (error as { code?: string }).code }, 'a connection could not be renewed');
      throw new Problem('upstream_unavailable', { detail: 'The authorization server of the upstream does not answer.' });
    }
  }

  /** A second time where no answer came: it may have been lost on the way, and servers repeat it to who asks again at once. */
  private async ask(row: ConnectionEntity, refreshToken: string): Promise<client.TokenEndpointResponse> {
    const own = await this.clients.of(row);
    if (own === null || row.oauth?.issuer === null || row.oauth?.issuer === undefined) throw new Error('the connection has no client');
    const configuration = await this.clients.configuration({ ...own, issuer: row.oauth.issuer });
    const attempt = (): Promise<client.TokenEndpointResponse> => client.refreshTokenGrant(configuration, refreshToken, { resource: row.oauth?.resource ?? row.resource });
    return attempt().catch((error: unknown) => {
      if (error instanceof client.ResponseBodyError) throw error;
      return attempt();
    });
  }

  private async store(row: ConnectionEntity, held: ConnectionCredentialEntity, lease: string, credential: ReturnType<typeof credentialOf>): Promise<ConnectionCredentialEntity | null> {
    const sealed = await this.credentials.seal(held, credential);
    const next = { status: 'connected' as const, sealed, version: held.version + 1, scopes: credential.scopes ?? held.scopes, expiresAt: credential.expiresAt ?? null, lease: null, leaseUntil: null };
    const { affected } = await this.dataSource.manager.update(ConnectionCredentialEntity, { id: held.id, lease }, next);
    if (affected === 1) return { ...held, ...next };
    // Revoked, disconnected or connected anew meanwhile: what came is nobody's.
    const now = await this.dataSource.manager.findOneBy(ConnectionCredentialEntity, { id: held.id });
    if (now === null) await this.credentials.giveBack(this.dataSource.manager, row, credential);
    return now;
  }

  /** Told to the audit log and to gateways: from here on somebody has to connect anew. */
  private async end(row: ConnectionEntity, held: ConnectionCredentialEntity, lease: string, reason: string): Promise<null> {
    await this.dataSource.transaction(async (manager) => {
      const ended = { status: 'expired', sealed: null, version: held.version + 1, lease: null, leaseUntil: null } as const;
      const { affected } = await manager.update(ConnectionCredentialEntity, { id: held.id, lease }, ended);
      if (affected !== 1) return;
      await recordAudit(manager, {
        org: row.org, actor: { kind: 'service', id: 'keys' }, action: 'connection.expired', target: { kind: 'connection', id: row.id, name: row.name }, details: { holder: held.holder, reason },
      });
      await tellGateways(manager, row);
    });
    return null;
  }
}
