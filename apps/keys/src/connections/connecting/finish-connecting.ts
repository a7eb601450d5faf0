import { WallClock } from '@latchkey/clock';
import type { ConnectAnswer, ConnectAsk } from '@latchkey/contracts';
import type { Logger } from '@latchkey/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import * as client from 'openid-client';
import { DataSource } from 'typeorm';
import { recordAudit } from '../../audit/record-audit.ts';
import { PromptRelay } from '../../personal-access-tokens/prompt-relay.ts';
import { LOGGER } from '../../tokens.ts';
import { ConnectionCredentials } from '../credentials/connection-credentials.ts';
import type { ConnectionEntity } from '../definitions/connection.entity.ts';
import { credentialOf } from '../upstream-oauth/token-credential.ts';
import { UpstreamClients } from '../upstream-oauth/upstream-client.ts';
import type { ConnectionFlowEntity } from './connection-flow.entity.ts';
import { ConnectionFlows } from './flows.ts';
import { actorOfFlow, storeConnected } from './store-connected.ts';

type Finish = Extract<ConnectAsk, { connect: 'finish' }>;

/** Takes the answer of the authorization server, once, and keeps what the code is good for. */
@Injectable()
export class FinishConnecting {
  constructor(
    private readonly dataSource: DataSource,
    private readonly flows: ConnectionFlows,
    private readonly clients: UpstreamClients,
    private readonly credentials: ConnectionCredentials,
    private readonly relay: PromptRelay,
    private readonly clock: WallClock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async run(row: ConnectionEntity, flow: ConnectionFlowEntity, { query, callback }: Finish): Promise<ConnectAnswer> {
    const secrets = await this.flows.secrets(flow);
    if (secrets.callback !== callback || !(await this.flows.take(this.dataSource.manager, flow))) return { outcome: 'gone' };
    const { name } = row;
    const { returnTo } = flow;
    try {
      const tokens = await this.redeem(row, new URLSearchParams(query), secrets);
      const credential = credentialOf(tokens, this.clock.nowMs(), secrets.scopes);
      const kept = await this.dataSource.transaction((manager) => storeConnected(manager, this.credentials, flow, credential));
      if (!kept) {
        await this.credentials.giveBack(this.dataSource.manager, row, credential);
        return { outcome: 'gone' };
      }
      await this.relay.afterCommit();
      return { outcome: 'connected', name, returnTo };
    } catch (error) {
      const denied = error instanceof client.AuthorizationResponseError && error.error === 'access_denied';
      const { code } = error as { code?: string };
      this.logger.warn({ connection: row.id, error: (error as Error).name, code }, 'somebody could not be connected');
      await this.dataSource.transaction(async (manager) => {
        if (!denied) await this.credentials.fail(manager, row, flow.holder);
        await recordAudit(manager, {
          org: row.org, actor: actorOfFlow(flow), action: 'connection.refused', outcome: denied ? 'refused' : 'failed', target: { kind: 'connection', id: row.id, name }, details: { per: row.per },
        });
      });
      return { outcome: denied ? 'denied' : 'failed', name, returnTo };
    }
  }

  /** State, `iss` (RFC 9207, in errors too) and PKCE are checked by `openid-client`; the code goes to the server that the browser was sent to, and no other. */
  private async redeem(row: ConnectionEntity, answer: URLSearchParams, { issuer, callback, resource, verifier }: Awaited<ReturnType<ConnectionFlows['secrets']>>): Promise<client.TokenEndpointResponse> {
    const own = await this.clients.of(row);
    if (own === null || row.oauth?.issuer !== issuer) throw new Error('the client was made anew meanwhile');
    const configuration = await this.clients.configuration({ ...own, issuer });
    const url = new URL(callback);
    url.search = answer.toString();
    const expectedState = answer.get('state') ?? '';
    return client.authorizationCodeGrant(configuration, url, { expectedState, pkceCodeVerifier: verifier }, { resource });
  }
}
