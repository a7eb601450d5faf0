import { randomUUID } from 'node:crypto';
import { WallClock } from '@latchkey/clock';
import { Injectable } from '@nestjs/common';
import { In, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { Envelope } from '../../encryption/envelope.ts';
import type { ConnectionEntity } from '../definitions/connection.entity.ts';
import { queueRevocation, queueRevocations } from '../revoking/queue-revocations.ts';
import { ConnectionCredentialEntity } from './connection-credential.entity.ts';

/** What is sealed: the whole value of the header, and with what the next one is asked for. */
const sealedCredentialSchema = z.object({ value: z.string(), refreshToken: z.string().optional() });
export type SealedCredential = z.infer<typeof sealedCredentialSchema>;

export interface NewCredential extends SealedCredential {
  expiresAt?: Date | null;
  /** What an authorization server gave it for */
  scopes?: string[];
  /** How long the one before is still shown where this one is not taken */
  overlapSeconds?: number;
}

const table = 'connection_credentials';

/** Keeps what is shown to servers. Whoever changes one holds the lock on its connection. */
@Injectable()
export class ConnectionCredentials {
  constructor(
    private readonly envelope: Envelope,
    private readonly clock: WallClock,
  ) {}

  find(manager: EntityManager, connectionId: string, holder: string): Promise<ConnectionCredentialEntity | null> {
    return manager.findOneBy(ConnectionCredentialEntity, { connectionId, holder });
  }

  /** By connection, of one of several holders each */
  async of(manager: EntityManager, connections: readonly string[], holders: readonly string[]): Promise<Map<string, ConnectionCredentialEntity>> {
    const rows = connections.length === 0 ? [] : await manager.findBy(ConnectionCredentialEntity, { connectionId: In([...connections]), holder: In([...holders]) });
    return new Map(rows.map((row) => [row.connectionId, row]));
  }

  async put(manager: EntityManager, { id: connectionId, org }: ConnectionEntity, holder: string, credential: NewCredential): Promise<ConnectionCredentialEntity> {
    const before = await this.find(manager, connectionId, holder);
    const id = before?.id ?? randomUUID();
    const now = this.clock.nowMs();
    const overlap = (credential.overlapSeconds ?? 0) * 1000;
    const keeps = overlap > 0 && before !== null && before.sealed !== null;
    const row: ConnectionCredentialEntity = {
      id, org, connectionId, holder, status: 'connected', version: (before?.version ?? 0) + 1,
      sealed: await this.seal({ id, org }, credential),
      previousSealed: keeps ? before.sealed : null,
      previousUntil: keeps ? new Date(now + overlap) : null,
      scopes: credential.scopes ?? [], wanted: [], expiresAt: credential.expiresAt ?? null, lease: null, leaseUntil: null, createdAt: before?.createdAt ?? new Date(now),
    };
    await manager.save(ConnectionCredentialEntity, row);
    return row;
  }

  /** Keeps that an attempt to connect did not succeed, where there is nothing else to keep. */
  async fail(manager: EntityManager, { id: connectionId, org }: ConnectionEntity, holder: string): Promise<void> {
    await manager.query(
      `INSERT INTO connection_credentials (id, org, connection_id, holder, status, version, created_at) VALUES ($1, $2, $3, $4, 'failed', 1, $5)
       ON CONFLICT (connection_id, holder) DO UPDATE SET status = 'failed' WHERE connection_credentials.sealed IS NULL`,
      [randomUUID(), org, connectionId, holder, new Date(this.clock.nowMs())],
    );
  }

  /** Has something be given back that came too late to be kept. */
  async giveBack(manager: EntityManager, row: ConnectionEntity, credential: SealedCredential): Promise<void> {
    const id = randomUUID();
    await queueRevocation(manager, row, { id, sealed: await this.seal({ id, org: row.org }, credential) });
  }

  seal({ id, org }: { id: string; org: string }, { value, refreshToken }: SealedCredential): Promise<Buffer> {
    return this.envelope.seal({ table, id, org }, Buffer.from(JSON.stringify({ value, refreshToken })));
  }

  async open({ id, org }: Pick<ConnectionCredentialEntity, 'id' | 'org'>, sealed: Buffer): Promise<SealedCredential> {
    return sealedCredentialSchema.parse(JSON.parse((await this.envelope.open({ table, id, org }, sealed)).toString()));
  }

  /** Wipes what one holder has, or all of them, and has what authorization servers gave be given back to them. @returns how many had something */
  async wipe(manager: EntityManager, connectionId: string, holder?: string): Promise<number> {
    await queueRevocations(manager, holder === undefined ? { connectionId } : { connectionId, holder });
    const { affected } = await manager.delete(ConnectionCredentialEntity, { connectionId, ...(holder === undefined ? {} : { holder }) });
    return affected ?? 0;
  }
}
