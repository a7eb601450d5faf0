import type { Scope } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { MachineRole } from './client.entity.ts';

/** A client that acts for itself: what it is where, and the most that it may ever ask for. */
export interface Machine extends MachineRole {
  org: string;
  scopes: Scope[];
  resources: string[];
  /** What was issued at or before it is dead. */
  epoch: number | null;
}

/** Server-owned marks and no metadata decide, so that no registration makes a machine of itself (AS-21). */
const query = `
  SELECT c.org, c.scopes, c.resources, c.machine->>'role' AS role, coalesce(c.machine->'projects', '{}') AS projects, greatest(c.epoch, o.epoch) AS epoch
  FROM clients c JOIN organizations o ON o.slug = c.org AND o.disabled_at IS NULL
  WHERE c.id = $1 AND c.deleted_at IS NULL AND c.privileged AND c.machine IS NOT NULL`;

/** Machines, from the table itself; one of a disabled organization is as good as none. */
@Injectable()
export class FindMachine {
  constructor(private readonly dataSource: DataSource) {}

  async run(clientId: string): Promise<Machine | null> {
    const rows = await this.dataSource.query<Machine[]>(query, [clientId]);
    return rows[0] ?? null;
  }
}
