import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { deploymentChain } from './chain-link.ts';
import { byIdentity, recordAudit } from './record-audit.ts';

const batchSize = 5000;

/**
 * Removes what is older than events are kept: from the beginning of a chain, link by link, never past a gap. Where it stopped is kept as
 * the new beginning, and a link at the end tells of it, so that a beginning that somebody else cut off shows.
 */
@Injectable()
export class PruneEvents {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  /** @returns how many events were removed */
  async run(): Promise<number> {
    const chains = await this.dataSource.query<{ chain: string }[]>('SELECT chain FROM audit_chains WHERE position > pruned_position');
    let total = 0;
    for (const { chain } of chains) total += await this.dataSource.transaction((manager) => this.prune(manager, chain));
    return total;
  }

  private async prune(manager: EntityManager, chain: string): Promise<number> {
    const [ends] = await manager.query<{ pruned: string }[]>('SELECT pruned_position AS pruned FROM audit_chains WHERE chain = $1 FOR UPDATE', [chain]);
    const start = Number(ends?.pruned ?? 0);
    const links = await manager.query<{ position: string; hash: string; old: boolean }[]>(
      `SELECT position, encode(hash, 'hex') AS hash, received_at < now() - make_interval(days => $3) AS old
       FROM audit_events WHERE chain = $1 AND position > $2 ORDER BY position LIMIT ${batchSize}`,
      [chain, start, this.env.LATCHKEY_AUDIT_RETENTION_DAYS],
    );
    const keep = links.findIndex(({ position, old }, index) => !old || Number(position) !== start + index + 1);
    const last = links.at(keep === -1 ? -1 : keep - 1);
    if (last === undefined || keep === 0) return 0;
    const position = Number(last.position);
    await manager.query('DELETE FROM audit_events WHERE chain = $1 AND position <= $2', [chain, position]);
    await manager.query("UPDATE audit_chains SET pruned_position = $2, pruned_hash = decode($3, 'hex') WHERE chain = $1", [chain, position, last.hash]);
    const org = chain === deploymentChain ? null : chain;
    await recordAudit(manager, { org, ...byIdentity, action: 'audit.pruned', details: { position, hash: last.hash } });
    return position - start;
  }
}
