import type { ConnectAnswer } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { PromptRelay } from '../../personal-access-tokens/prompt-relay.ts';
import { ConnectionCredentials } from '../credentials/connection-credentials.ts';
import type { ConnectionEntity } from '../definitions/connection.entity.ts';
import type { ConnectionFlowEntity } from './connection-flow.entity.ts';
import { ConnectionFlows } from './flows.ts';
import { storeConnected } from './store-connected.ts';

/** Takes the value that somebody typed in for themselves. */
@Injectable()
export class GiveOwnValue {
  constructor(
    private readonly dataSource: DataSource,
    private readonly flows: ConnectionFlows,
    private readonly credentials: ConnectionCredentials,
    private readonly relay: PromptRelay,
  ) {}

  async run({ kind, per, name }: ConnectionEntity, flow: ConnectionFlowEntity, value: string): Promise<ConnectAnswer> {
    if (kind !== 'static' || per !== 'user') return { outcome: 'gone' };
    const kept = await this.dataSource.transaction(async (manager) => (await this.flows.take(manager, flow)) && storeConnected(manager, this.credentials, flow, { value }));
    if (!kept) return { outcome: 'gone' };
    await this.relay.afterCommit();
    return { outcome: 'connected', name, returnTo: flow.returnTo };
  }
}
