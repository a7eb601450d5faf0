import type { ConnectionLack } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { recordAudit } from '../../audit/record-audit.ts';
import { ConnectionCredentialEntity } from '../credentials/connection-credential.entity.ts';
import type { ConnectionEntity } from '../definitions/connection.entity.ts';

const mostScopes = 100;

/** Keeps why what somebody has will not do, so that whoever connects anew is asked for the right thing. It gives nobody anything. */
@Injectable()
export class NoteLack {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * A server that demands what was given already, or more than anybody can agree to, has nothing to ask a person for.
   * @returns null for such a demand
   */
  async scopes(row: ConnectionEntity, held: ConnectionCredentialEntity, demanded: readonly string[]): Promise<ConnectionLack | null> {
    const lacking = demanded.filter((scope) => !held.scopes.includes(scope));
    const wanted = [...new Set([...held.wanted, ...lacking])];
    if (lacking.length === 0 || wanted.length > mostScopes) return null;
    if (wanted.length > held.wanted.length) {
      await this.dataSource.transaction(async (manager) => {
        const { affected } = await manager.update(ConnectionCredentialEntity, { id: held.id, version: held.version }, { wanted });
        if (affected === 1) await this.tell(manager, row, held, 'connection.wants_scopes', { scopes: wanted.slice(0, 50) });
      });
    }
    return { lack: 'scopes', scopes: wanted };
  }

  /** What was renewed is refused as what was there before: to renew it again helps nobody. */
  async refused(row: ConnectionEntity, held: ConnectionCredentialEntity): Promise<ConnectionLack> {
    if (held.status === 'connected') {
      await this.dataSource.transaction(async (manager) => {
        const { affected } = await manager.update(ConnectionCredentialEntity, { id: held.id, version: held.version, status: 'connected' }, { status: 'refused' });
        if (affected === 1) await this.tell(manager, row, held, 'connection.not_taken', {});
      });
    }
    return { lack: 'refused' };
  }

  private tell(manager: Parameters<typeof recordAudit>[0], { id, org, name }: ConnectionEntity, { holder }: ConnectionCredentialEntity, action: string, details: Record<string, string[]>): Promise<void> {
    return recordAudit(manager, { org, actor: { kind: 'service', id: 'keys' }, action, outcome: 'refused', target: { kind: 'connection', id, name }, details: { holder: holder.slice(0, 512), ...details } });
  }
}
