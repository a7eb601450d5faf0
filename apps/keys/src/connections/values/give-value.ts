import { WallClock } from '@latchkey/clock';
import type { ConnectionValueAnswer, ConnectionValueAsk } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { projectHolder, type ConnectionCredentialEntity } from '../credentials/connection-credential.entity.ts';
import { ConnectionCredentials } from '../credentials/connection-credentials.ts';
import { ConnectionEntity } from '../definitions/connection.entity.ts';

/** Gives a gateway what it is to show to a server, for as long as it needs it. */
@Injectable()
export class GiveValue {
  constructor(
    private readonly dataSource: DataSource,
    private readonly credentials: ConnectionCredentials,
    private readonly clock: WallClock,
  ) {}

  async run({ connection, holder, refused }: ConnectionValueAsk): Promise<ConnectionValueAnswer> {
    const { manager } = this.dataSource;
    const row = await manager.findOneBy(ConnectionEntity, { id: connection });
    if (row === null || row.revokedAt !== null) return { kind: 'gone' };
    const of = row.per === 'project' ? projectHolder : holder;
    const held = of === null ? null : await this.credentials.find(manager, row.id, of);
    if (held === null || held.status !== 'connected' || held.sealed === null) return { kind: 'missing', name: row.name, url: null, id: null };
    return this.valueOf(row, held, refused);
  }

  /** What a server refused is not shown to it twice: in the overlap of a rotation it may know the one before. */
  private async valueOf(row: ConnectionEntity, held: ConnectionCredentialEntity, refused: number | null): Promise<ConnectionValueAnswer> {
    const { version, sealed, previousSealed, previousUntil, expiresAt } = held;
    const overlaps = previousSealed !== null && previousUntil !== null && previousUntil.getTime() > this.clock.nowMs();
    const shown = refused === version && overlaps ? { sealed: previousSealed, version: -version, until: previousUntil } : { sealed, version, until: expiresAt };
    if (shown.sealed === null) return { kind: 'missing', name: row.name, url: null, id: null };
    const { value } = await this.credentials.open(held, shown.sealed);
    return { kind: 'value', version: shown.version, header: row.header, value, expiresAt: shown.until?.getTime() ?? null };
  }
}
