import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { WallClock } from '@latchkey/clock';
import { Injectable } from '@nestjs/common';
import { LessThan, MoreThan, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { Envelope } from '../../encryption/envelope.ts';
import type { ConnectionEntity } from '../definitions/connection.entity.ts';
import { ConnectionFlowEntity } from './connection-flow.entity.ts';

const lifetimeMs = 15 * 60_000;
const table = 'connection_flows';

const flowSecretsSchema = z.object({ verifier: z.string(), issuer: z.string(), callback: z.string(), resource: z.string(), scopes: z.array(z.string()).default([]) });
/** What has to be the same when the answer comes. */
export type FlowSecrets = z.infer<typeof flowSecretsSchema>;

export interface NewFlow {
  holder: string;
  person: string | null;
  client: string | null;
  returnTo: string | null;
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url');
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** People on their way. A ticket opens the page, a state brings back the answer; each is known to one browser, and kept here as its hash. */
@Injectable()
export class ConnectionFlows {
  constructor(
    private readonly envelope: Envelope,
    private readonly clock: WallClock,
  ) {}

  async open(manager: EntityManager, { id: connectionId, org }: ConnectionEntity, { holder, person, client, returnTo }: NewFlow): Promise<{ id: string; ticket: string; expiresAt: Date }> {
    const [id, ticket, expiresAt] = [randomUUID(), newSecret(), new Date(this.clock.nowMs() + lifetimeMs)];
    await manager.insert(ConnectionFlowEntity, { id, org, connectionId, holder, person, client, ticket: hashOf(ticket), browser: null, confirmed: false, state: null, sealed: null, returnTo, expiresAt });
    return { id, ticket, expiresAt };
  }

  byTicket(manager: EntityManager, ticket: string): Promise<ConnectionFlowEntity | null> {
    return manager.findOneBy(ConnectionFlowEntity, { ticket: hashOf(ticket), expiresAt: MoreThan(new Date(this.clock.nowMs())) });
  }

  byState(manager: EntityManager, state: string): Promise<ConnectionFlowEntity | null> {
    return manager.findOneBy(ConnectionFlowEntity, { state: hashOf(state), expiresAt: MoreThan(new Date(this.clock.nowMs())) });
  }

  /** Sends a flow on its way, once the person has agreed (GW-84): a state from before is worth nothing any more. */
  async send(manager: EntityManager, { id, org }: ConnectionFlowEntity, browser: string | null, state: string, secrets: FlowSecrets): Promise<void> {
    const sealed = await this.envelope.seal({ table, id, org }, Buffer.from(JSON.stringify(secrets)));
    await manager.update(ConnectionFlowEntity, { id }, { browser, confirmed: true, state: hashOf(state), sealed, expiresAt: new Date(this.clock.nowMs() + lifetimeMs) });
  }

  async secrets({ id, org, sealed }: ConnectionFlowEntity): Promise<FlowSecrets> {
    return flowSecretsSchema.parse(JSON.parse((await this.envelope.open({ table, id, org }, sealed ?? Buffer.alloc(0))).toString()));
  }

  /** @returns whether it was still there: of two answers with one state, one is taken */
  async take(manager: EntityManager, { id, state }: ConnectionFlowEntity): Promise<boolean> {
    const { affected } = await manager.delete(ConnectionFlowEntity, { id, ...(state === null ? {} : { state }) });
    return affected === 1;
  }

  async prune(manager: EntityManager): Promise<void> {
    await manager.delete(ConnectionFlowEntity, { expiresAt: LessThan(new Date(this.clock.nowMs())) });
  }
}
