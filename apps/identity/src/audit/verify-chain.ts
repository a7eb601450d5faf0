import type { AuditFlaw, AuditVerification } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { flawOf, genesis, type Head } from './chain-link.ts';
import { readLinks } from './read-links.ts';

export interface VerifyRange {
  from?: number | undefined;
  to?: number | undefined;
  /** Noted down before, and kept where whoever can change this database cannot */
  head?: Head | undefined;
  /** How many links are checked at most */
  limit?: number;
}

interface ChainRow {
  position: string;
  hash: string | null;
  prunedPosition: string;
  prunedHash: string | null;
}

/**
 * Recomputes a chain: no link of it can have been changed, removed, put in or moved since it was linked, and none can be missing at its
 * end if a head from before is still in it. What was removed by age is vouched for by a link that says so.
 */
@Injectable()
export class VerifyChain {
  constructor(private readonly dataSource: DataSource) {}

  async run(chain: string, { from, to, head: known, limit = Infinity }: VerifyRange = {}): Promise<AuditVerification> {
    const { head, pruned } = await this.ends(chain);
    const start = from === undefined || from <= pruned.position + 1 ? pruned : await this.linkAt(chain, from - 1);
    let checked = 0;
    const bad = (position: number, flaw: AuditFlaw): AuditVerification => ({ ok: false, checked, firstBad: { position, flaw }, head: headOrNull(head), next: null });
    if (start === null) return bad((from ?? 1) - 1, 'missing');
    if (!(await this.vouchedFor(chain, pruned))) return bad(pruned.position, 'cut_beginning');
    let last = start;
    for await (const link of readLinks(this.dataSource, chain, start.position, to)) {
      if (checked >= limit) return { ok: true, checked, firstBad: null, head: headOrNull(head), next: link.position };
      const flaw = flawOf(chain, last, link) ?? (link.agrees ? null : 'changed');
      if (flaw !== null) return bad(last.position + 1, flaw);
      last = link;
      checked += 1;
    }
    const end = to === undefined ? head.position : Math.min(to, head.position);
    if (last.position < end) return bad(last.position + 1, 'truncated');
    if (to === undefined && last.hash !== head.hash) return bad(last.position, 'other_history');
    const flaw = known === undefined ? null : await this.flawOfKnown(chain, known, head, pruned);
    if (known !== undefined && flaw !== null) return bad(known.position, flaw);
    return { ok: true, checked, firstBad: null, head: headOrNull(head), next: null };
  }

  private async flawOfKnown(chain: string, known: Head, head: Head, pruned: Head): Promise<AuditFlaw | null> {
    if (known.position > head.position) return 'truncated';
    // What is older than what is kept is vouched for by the link that tells of its removal.
    if (known.position < pruned.position) return null;
    const link = known.position === pruned.position ? pruned : await this.linkAt(chain, known.position);
    return link?.hash === known.hash ? null : 'other_history';
  }

  private async ends(chain: string): Promise<{ head: Head; pruned: Head }> {
    const [row] = await this.dataSource.query<ChainRow[]>(
      `SELECT position, encode(hash, 'hex') AS hash, pruned_position AS "prunedPosition", encode(pruned_hash, 'hex') AS "prunedHash"
       FROM audit_chains WHERE chain = $1`,
      [chain],
    );
    return {
      head: { position: Number(row?.position ?? 0), hash: row?.hash ?? genesis },
      pruned: { position: Number(row?.prunedPosition ?? 0), hash: row?.prunedHash ?? genesis },
    };
  }

  private async linkAt(chain: string, position: number): Promise<Head | null> {
    const rows = await this.dataSource.query<{ hash: string }[]>("SELECT encode(hash, 'hex') AS hash FROM audit_events WHERE chain = $1 AND position = $2", [chain, position]);
    return rows[0] === undefined ? null : { position, hash: rows[0].hash };
  }

  private async vouchedFor(chain: string, { position, hash }: Head): Promise<boolean> {
    if (position === 0) return true;
    const rows = await this.dataSource.query<unknown[]>("SELECT 1 FROM audit_events WHERE coalesce(org, '') = $1 AND event @> $2::jsonb LIMIT 1", [
      chain,
      JSON.stringify({ service: 'identity', action: 'audit.pruned', details: { position, hash } }),
    ]);
    return rows.length > 0;
  }
}

const headOrNull = (head: Head): Head | null => (head.position === 0 ? null : head);
