import type { Scope } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import { clientRow } from './client-row.ts';
import type { ServerPlace } from '../servers/find-server.ts';
import type { MachineRole } from './client.entity.ts';

/** A client that acts for itself: what it is where, and the most that it may ever ask for. */
export interface Machine extends MachineRole {
  org: string;
  scopes: Scope[];
  resources: string[];
  /** What was issued at or before it is dead. */
  epoch: number | null;
  /** As it is stored: what the organization demands of its tokens. */
  policy: unknown;
  /** Where its resources are, as far as that was read with it. */
  servers: ServerPlace[];
}

/** Machines, from the table itself; one of a disabled organization is as good as none. */
@Injectable()
export class FindMachine {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Marks that we set ourselves decide, and no metadata, so that no registration makes a machine of itself (AS-21). */
  async run(clientId: string): Promise<Machine | null> {
    const row = await clientRow(this.unitOfWork, clientId);
    if (row === null || !row.privileged || row.orphaned) return null;
    const { machine, org, scopes, resources, epoch, policy, servers } = row;
    return machine === null || org === null || scopes === null || resources === null ? null : { ...machine, org, scopes, resources, epoch, policy, servers: servers ?? [] };
  }
}
