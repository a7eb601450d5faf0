import { randomUUID } from 'node:crypto';
import type { Logger } from '@latchkey/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import * as client from 'openid-client';
import { DataSource } from 'typeorm';
import { recordAudit } from '../../audit/record-audit.ts';
import { Envelope } from '../../encryption/envelope.ts';
import { Rounds } from '../../rounds/rounds.ts';
import { LOGGER } from '../../tokens.ts';
import { ConnectionCredentials } from '../credentials/connection-credentials.ts';
import { UpstreamClients } from '../upstream-oauth/upstream-client.ts';
import { revocationWaitSeconds } from './revocation-schedule.ts';

/** Metadata, and one request of five seconds at most each, with room. */
const leaseSeconds = 30;
const lanes = 4;

interface Due {
  id: string;
  org: string;
  connectionId: string;
  name: string;
  issuer: string;
  clientId: string;
  sealed: Buffer;
  sealedClient: Buffer | null;
  attempts: number;
}

/** `unsupported`: its metadata names no place for it (RFC 8414 section 2) */
type Outcome = 'revoked' | 'unsupported' | 'refused' | 'unreachable';

/**
 * Gives tokens back to the authorization servers that gave them (RFC 7009), once nobody uses them here. Nobody waits for it, and what a killed process
 * had begun another does again: a token that is revoked twice is revoked (section 2.2).
 */
@Injectable()
export class RevokeUpstream extends Rounds {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clients: UpstreamClients,
    private readonly credentials: ConnectionCredentials,
    private readonly envelope: Envelope,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    super('giving tokens back to authorization servers', 1000, log);
  }

  async run(): Promise<void> {
    await Promise.all(Array.from({ length: lanes }, async () => { while (await this.takeOne()); }));
  }

  /** @returns whether there was one */
  private async takeOne(): Promise<boolean> {
    const claim = randomUUID();
    const [rows] = await this.dataSource.query<[Due[], number]>(
      `UPDATE upstream_revocations SET claim = $1, due_at = clock_timestamp() + make_interval(secs => ${leaseSeconds})
       WHERE id = (SELECT id FROM upstream_revocations WHERE due_at <= clock_timestamp() ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING id, org, connection_id AS "connectionId", name, issuer, client_id AS "clientId", sealed, sealed_client AS "sealedClient", attempts`,
      [claim],
    );
    const [due] = rows;
    if (due === undefined) return false;
    await this.record(due, claim, await this.revoke(due));
    return true;
  }

  private async revoke({ id, org, connectionId, issuer, clientId, sealed, sealedClient }: Due): Promise<Outcome> {
    try {
      const { value, refreshToken } = await this.credentials.open({ id, org }, sealed);
      const secret = sealedClient === null ? null : (await this.envelope.open({ table: 'connections', id: connectionId, org }, sealedClient)).toString();
      const configuration = await this.clients.configuration({ issuer, id: clientId, secret });
      if (configuration.serverMetadata().revocation_endpoint === undefined) return 'unsupported';
      // Whoever gives back the refresh token gives back what was made of it (RFC 7009 section 2.1).
      const [token, hint] = refreshToken === undefined ? [value.replace(/^Bearer /, ''), 'access_token'] : [refreshToken, 'refresh_token'];
      await client.tokenRevocation(configuration, token, { token_type_hint: hint });
      return 'revoked';
    } catch (error) {
      // An answer is final: what it did not take once it does not take later. All else may be otherwise in a while.
      const refused = error instanceof client.ResponseBodyError && error.status < 500 && error.status !== 429;
      this.log.warn({ connection: connectionId, error: (error as Error).name, code: (error as { code?: string }).code }, 'a token could not be given back to its authorization server');
      return refused ? 'refused' : 'unreachable';
    }
  }

  private async record({ id, org, connectionId, name, issuer, attempts }: Due, claim: string, outcome: Outcome): Promise<void> {
    const wait = outcome === 'unreachable' ? revocationWaitSeconds(attempts + 1) : null;
    if (wait !== null) {
      await this.dataSource.query('UPDATE upstream_revocations SET attempts = attempts + 1, claim = NULL, due_at = clock_timestamp() + make_interval(secs => $3) WHERE id = $1 AND claim = $2', [id, claim, wait]);
      return;
    }
    await this.dataSource.transaction(async (manager) => {
      const [, gone] = await manager.query<[unknown, number]>('DELETE FROM upstream_revocations WHERE id = $1 AND claim = $2', [id, claim]);
      if (gone === 0) return;
      await recordAudit(manager, {
        org, actor: { kind: 'service', id: 'keys' }, action: 'connection.given_back', outcome: outcome === 'revoked' ? 'success' : 'failed', target: { kind: 'connection', id: connectionId, name },
        details: { issuer: issuer.slice(0, 512), result: outcome, attempts: attempts + 1 },
      });
    });
  }
}
