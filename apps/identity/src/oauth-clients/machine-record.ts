import type { MemberRecord } from '@latchkey/contracts';
import type { MachineRole } from '../clients/client.entity.ts';

/** What a machine is where, in the form in which gateways know members: its tokens have its client id as their subject. */
export function machineRecord(id: string, org: string, machine: MachineRole | null): MemberRecord {
  return { kind: 'member', user: id, memberships: machine === null ? [] : [{ org, role: machine.role, projects: machine.projects, epoch: null }] };
}
