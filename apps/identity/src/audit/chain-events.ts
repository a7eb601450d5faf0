import type { AuditEvent } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { genesis, hashOf, type Head } from './chain-link.ts';

/** Few enough that requests which arrive meanwhile do not notice the batch. */
const batchSize = 100;

/** Appends events to their chains, in the order of their arrival. Any number of replicas may do so: a chain has one lock. */
@Injectable()
export class ChainEvents {
  constructor(private readonly dataSource: DataSource) {}

  /** @returns how many events became links, of those that had been committed when this began */
  async run(): Promise<number> {
    const waiting = await this.dataSource.query<{ chain: string }[]>("SELECT DISTINCT coalesce(org, '') AS chain FROM audit_events WHERE position IS NULL");
    let total = 0;
    for (const { chain } of waiting) {
      for (;;) {
        const appended = await this.dataSource.transaction((manager) => this.append(manager, chain));
        total += appended;
        if (appended < batchSize) break;
      }
    }
    return total;
  }

  private async append(manager: EntityManager, chain: string): Promise<number> {
    const head = await lockHead(manager, chain);
    // Another replica is at it.
    if (head === null) return 0;
    const events = await manager.query<{ id: string; event: AuditEvent }[]>(
      `SELECT id, event FROM audit_events WHERE position IS NULL AND coalesce(org, '') = $1 ORDER BY received_at, id LIMIT ${batchSize}`,
      [chain],
    );
    if (events.length === 0) return 0;
    let last = head;
    const links = events.map(({ id, event }) => {
      const position = last.position + 1;
      const link = { id, position, previous: last.hash, hash: hashOf(chain, position, last.hash, event) };
      last = { position, hash: link.hash };
      return link;
    });
    await manager.query(
      `UPDATE audit_events e SET chain = $1, position = l.position, previous = decode(l.previous, 'hex'), hash = decode(l.hash, 'hex')
       FROM unnest($2::uuid[], $3::bigint[], $4::text[], $5::text[]) AS l (id, position, previous, hash) WHERE e.id = l.id`,
      [chain, links.map(({ id }) => id), links.map(({ position }) => position), links.map(({ previous }) => previous), links.map(({ hash }) => hash)],
    );
    await manager.query("UPDATE audit_chains SET position = $2, hash = decode($3, 'hex') WHERE chain = $1", [chain, last.position, last.hash]);
    return links.length;
  }
}

/** @returns null while somebody else holds the chain */
async function lockHead(manager: EntityManager, chain: string): Promise<Head | null> {
  await manager.query('INSERT INTO audit_chains (chain) VALUES ($1) ON CONFLICT DO NOTHING', [chain]);
  const rows = await manager.query<{ position: string; hash: string | null }[]>(
    "SELECT position, encode(hash, 'hex') AS hash FROM audit_chains WHERE chain = $1 FOR UPDATE SKIP LOCKED",
    [chain],
  );
  return rows[0] === undefined ? null : { position: Number(rows[0].position), hash: rows[0].hash ?? genesis };
}
