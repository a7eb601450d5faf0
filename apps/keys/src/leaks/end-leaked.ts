import { WallClock } from '@latchkey/clock';
import { stage } from '@latchkey/feed-writer';
import { readToken, servicePrefix } from '@latchkey/token';
import type { Logger } from '@latchkey/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, In, type EntityManager } from 'typeorm';
import { recordAudit } from '../audit/record-audit.ts';
import type { KeysEnv } from '../env.ts';
import { PatEntity } from '../personal-access-tokens/pat.entity.ts';
import { patRecord } from '../personal-access-tokens/pat-record.ts';
import { patView } from '../personal-access-tokens/pat-view.ts';
import { PromptRelay } from '../personal-access-tokens/prompt-relay.ts';
import { KEYS_ENV, LOGGER } from '../tokens.ts';
import { stageEvent } from '../webhooks/sending/stage-event.ts';

/**
 * Ends the keys whose tokens somebody has found in the open. Whoever shows a whole token holds it: that is all the right that it takes,
 * and a key that strangers hold is of no more use to its owner.
 */
@Injectable()
export class EndLeaked {
  constructor(
    private readonly dataSource: DataSource,
    private readonly relay: PromptRelay,
    private readonly clock: WallClock,
    @Inject(KEYS_ENV) private readonly env: KeysEnv,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * @param source  who found them, for the owner
   * @returns those of the tokens that are of a key of ours, whether it lived or not
   */
  async run(tokens: readonly string[], source: 'report' | 'github'): Promise<ReadonlySet<string>> {
    const hashes = new Map(tokens.flatMap((token) => {
      const hash = this.hashOf(token);
      return hash === null ? [] : [[token, hash] as const];
    }));
    if (hashes.size === 0) return new Set();
    const { ours, ended } = await this.dataSource.transaction((manager) => this.end(manager, new Set(hashes.values()), source));
    if (ended > 0) {
      this.logger.warn({ ended, source }, 'leaked keys revoked');
      await this.relay.afterCommit();
    }
    return new Set([...hashes].filter(([, hash]) => ours.has(hash)).map(([token]) => token));
  }

  /** In the order of their ids, so that two reports of the same keys wait for each other and never in a circle. */
  private async end(manager: EntityManager, given: ReadonlySet<string>, source: string): Promise<{ ours: Set<string>; ended: number }> {
    const hashes = [...given].map((hash) => Buffer.from(hash, 'base64url'));
    const rows = await manager.find(PatEntity, { where: { hash: In(hashes) }, order: { id: 'ASC' }, lock: { mode: 'pessimistic_write' } });
    const ours = new Set(rows.map(({ hash }) => hash.toString('base64url')));
    let ended = 0;
    for (const row of rows.filter(({ revokedAt }) => revokedAt === null)) {
      const revokedAt = new Date(this.clock.nowMs());
      const after = { ...row, revokedAt, revokeReason: 'leaked' };
      await manager.update(PatEntity, { id: row.id }, { revokedAt, revokeReason: 'leaked' });
      await recordAudit(manager, { org: row.org, actor: { kind: 'anonymous', id: null }, action: 'pat.leaked', target: { kind: 'pat', id: row.id, name: row.name }, details: { owner: row.owner, source } });
      await stageEvent(manager, { org: row.org, type: 'key.revoked', at: revokedAt, data: patView(after, revokedAt) });
      await stage(manager, patRecord(after));
      ended += 1;
    }
    return { ours, ended };
  }

  /** What has no good checksum is none of ours, and nothing is asked of the database. White space is of the file in which it was found. */
  private hashOf(found: string): string | null {
    const token = found.trim();
    for (const prefix of [servicePrefix, this.env.LATCHKEY_TOKEN_PREFIX]) {
      try {
        return readToken(token, prefix).hash;
      } catch {
        // Not of this kind.
      }
    }
    return null;
  }
}
