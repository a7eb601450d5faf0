import { membershipOfOrg } from '@latchkey/access';
import type { EntityManager } from 'typeorm';
import type { MachineRole } from '../clients/client.entity.ts';
import type { Membership } from './find-role.ts';

/** A key of an organization itself is its own subject; clients that act for themselves, and people, have names of other shapes. */
const serviceKey = /^svc_[0-9A-Za-z]{8}$/;

interface Row {
  name: string;
  machine: MachineRole | null;
}

/**
 * What a caller is in an organization that is no person: a service key stands for the organization itself, wherever the gateway says that it is
 * one of that organization; a machine is what it was registered as (AS-82). A deleted organization or client counts as absent.
 * @returns null for everybody else
 */
export async function machineRole(manager: EntityManager, subject: string, org: string): Promise<Membership | null> {
  const [row] = await manager.query<Row[]>(
    `SELECT o.name, c.machine FROM organizations o
     LEFT JOIN clients c ON c.id = $1 AND c.org = o.slug AND c.machine IS NOT NULL AND c.privileged AND c.deleted_at IS NULL
     WHERE o.slug = $2 AND o.disabled_at IS NULL`,
    [subject, org],
  );
  if (row === undefined) return null;
  if (serviceKey.test(subject)) {
    const { role, projects } = membershipOfOrg(org);
    return { org, name: row.name, role, projects };
  }
  return row.machine === null ? null : { org, name: row.name, role: row.machine.role, projects: row.machine.projects };
}
