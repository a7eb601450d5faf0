import type { ConnectAnswer, ConnectAsk } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { projectHolder } from '../credentials/connection-credential.entity.ts';
import { ConnectionCredentials } from '../credentials/connection-credentials.ts';
import { ConnectionEntity } from '../definitions/connection.entity.ts';
import { BeginConnecting } from './begin-connecting.ts';
import type { ConnectionFlowEntity } from './connection-flow.entity.ts';
import { FinishConnecting } from './finish-connecting.ts';
import { ConnectionFlows } from './flows.ts';
import { GiveOwnValue } from './give-own-value.ts';

type Visitor = Pick<ConnectAsk, 'user' | 'browser'>;
type Turned = Extract<ConnectAnswer, { outcome: 'sign_in' | 'other_person' | 'other_browser' | 'gone' }>;

/** Answers identity, at whose pages people connect themselves. What is asked about is theirs, or there is nothing to tell. */
@Injectable()
export class Connecting {
  constructor(
    private readonly dataSource: DataSource,
    private readonly flows: ConnectionFlows,
    private readonly credentials: ConnectionCredentials,
    private readonly beginConnecting: BeginConnecting,
    private readonly giveOwnValue: GiveOwnValue,
    private readonly finishConnecting: FinishConnecting,
  ) {}

  async run(ask: ConnectAsk): Promise<ConnectAnswer> {
    const { manager } = this.dataSource;
    const state = ask.connect === 'finish' ? (new URLSearchParams(ask.query).get('state') ?? '') : null;
    const flow = ask.connect === 'finish' ? await this.flows.byState(manager, state ?? '') : await this.flows.byTicket(manager, ask.ticket);
    if (flow === null) return { outcome: 'gone' };
    const turned = turnAway(flow, ask, ask.connect === 'finish');
    if (turned !== null) return turned;
    const row = await manager.findOneBy(ConnectionEntity, { id: flow.connectionId });
    if (row === null || row.revokedAt !== null) return { outcome: 'gone' };
    switch (ask.connect) {
      case 'look':
        return { outcome: 'open', wants: (await this.credentials.find(manager, row.id, flow.holder))?.wanted ?? [], name: row.name, kind: row.kind, server: row.server, origin: new URL(row.resource).origin, client: flow.client, shared: flow.holder === projectHolder, known: flow.person !== null };
      case 'begin':
        return this.beginConnecting.run(row, flow, ask);
      case 'give':
        return this.giveOwnValue.run(row, flow, ask.value);
      case 'finish':
        return this.finishConnecting.run(row, flow, ask);
    }
  }
}

/**
 * Whoever follows a link that somebody else was given would connect an account of theirs to that one's calls, or the other way round. So the
 * person is the same from the call to the end, and the browser is the same from the page to the end.
 */
export function turnAway({ person, browser }: Pick<ConnectionFlowEntity, 'person' | 'browser'>, visitor: Visitor, answers: boolean): Turned | null {
  if (person !== null && visitor.user === null) return { outcome: 'sign_in' };
  if (person !== null && visitor.user !== person) return { outcome: 'other_person' };
  if (visitor.browser === null ? answers || browser !== null : browser !== null && browser !== visitor.browser) return { outcome: 'other_browser' };
  return null;
}
