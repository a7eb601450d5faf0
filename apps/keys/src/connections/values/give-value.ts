import { WallClock } from '@latchkey/clock';
import type { ConnectionLack, ConnectionValueAnswer, ConnectionValueAsk } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ConnectionFlows } from '../connecting/flows.ts';
import { projectHolder, userOfHolder, type ConnectionCredentialEntity } from '../credentials/connection-credential.entity.ts';
import { ConnectionCredentials } from '../credentials/connection-credentials.ts';
import { ConnectionEntity } from '../definitions/connection.entity.ts';
import { RefreshCredential } from '../upstream-oauth/refresh-credential.ts';
import { NoteLack } from './note-lack.ts';

/** A token that ends sooner is renewed before it is given away: it has to last for the request that it is for. */
const marginMs = 60_000;

/** Gives a gateway what it is to show to a server, for as long as it needs it; or a ticket, by which the caller can make what is missing. */
@Injectable()
export class GiveValue {
  constructor(
    private readonly dataSource: DataSource,
    private readonly credentials: ConnectionCredentials,
    private readonly flows: ConnectionFlows,
    private readonly refreshCredential: RefreshCredential,
    private readonly lacks: NoteLack,
    private readonly clock: WallClock,
  ) {}

  async run(ask: ConnectionValueAsk): Promise<ConnectionValueAnswer> {
    const { manager } = this.dataSource;
    const row = await manager.findOneBy(ConnectionEntity, { id: ask.connection });
    if (row === null || row.revokedAt !== null) return { kind: 'gone' };
    if (ask.redirectUri !== null && !row.redirectUris.includes(ask.redirectUri)) return { kind: 'redirect_refused' };
    const holder = row.per === 'project' ? projectHolder : ask.holder;
    const held = holder === null ? null : await this.credentials.find(manager, row.id, holder);
    if (held === null || held.sealed === null) return this.missing(row, ask);
    const lack = await this.lackOf(row, held, ask);
    if (lack !== null) return this.missing(row, ask, lack);
    // A token that was refused for want of scopes is good for all else, and no renewed one has more.
    const current = ask.wanted === undefined ? await this.current(row, held, ask.refused) : held;
    if (current === null || current.sealed === null) return this.missing(row, ask);
    return this.valueOf(row, current, ask.refused);
  }

  /** Why what there is will not do, by what a gateway heard of the server; null where it may, or where something else has come in its place. */
  private async lackOf(row: ConnectionEntity, held: ConnectionCredentialEntity, { refused, refusedAgain, wanted }: ConnectionValueAsk): Promise<ConnectionLack | null> {
    if (row.kind !== 'oauth' || refused !== held.version) return null;
    if (wanted !== undefined) return this.lacks.scopes(row, held, wanted);
    return refusedAgain === true || held.status === 'refused' ? this.lacks.refused(row, held) : null;
  }

  /** Renewed where it is about to end, or where the server did not take it. */
  private async current(row: ConnectionEntity, held: ConnectionCredentialEntity, refused: number | null): Promise<ConnectionCredentialEntity | null> {
    if (row.kind === 'static') return held;
    const left = held.expiresAt === null ? Infinity : held.expiresAt.getTime() - this.clock.nowMs();
    if (left > marginMs && refused !== held.version) return held;
    if (left <= 0 || refused === held.version) return this.refreshCredential.run(row, held);
    if ((await this.credentials.open(held, held.sealed ?? Buffer.alloc(0))).refreshToken === undefined) return held;
    // It is still good for a moment: nobody is refused because an authorization server is away.
    return this.refreshCredential.run(row, held).catch(() => held);
  }

  /** What a server refused is not shown to it twice: in the overlap of a rotation it may know the one before. */
  private async valueOf(row: ConnectionEntity, held: ConnectionCredentialEntity, refused: number | null): Promise<ConnectionValueAnswer> {
    const { version, sealed, previousSealed, previousUntil, expiresAt } = held;
    const overlaps = previousSealed !== null && previousUntil !== null && previousUntil.getTime() > this.clock.nowMs();
    const shown = refused === version && overlaps ? { sealed: previousSealed, version: -version, until: previousUntil } : { sealed, version, until: expiresAt };
    const { value } = await this.credentials.open(held, shown.sealed ?? Buffer.alloc(0));
    return { kind: 'value', version: shown.version, header: row.header, value, expiresAt: shown.until?.getTime() ?? null, ...(row.kind === 'oauth' ? { oauth: true as const } : {}) };
  }

  private async missing(row: ConnectionEntity, { holder, client, redirectUri }: ConnectionValueAsk, lack?: ConnectionLack): Promise<ConnectionValueAnswer> {
    const why = lack === undefined ? {} : { why: lack };
    if (row.per === 'project' || holder === null) return { kind: 'missing', name: row.name, ticket: null, id: null, ...why };
    const { id, ticket } = await this.flows.open(this.dataSource.manager, row, { holder, person: userOfHolder(holder), client, returnTo: redirectUri });
    return { kind: 'missing', name: row.name, ticket, id, ...why };
  }
}
