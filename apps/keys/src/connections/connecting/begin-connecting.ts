import type { ConnectAnswer, ConnectAsk } from '@latchkey/contracts';
import type { Logger } from '@latchkey/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import * as client from 'openid-client';
import { DataSource, IsNull } from 'typeorm';
import { Envelope } from '../../encryption/envelope.ts';
import { LOGGER } from '../../tokens.ts';
import { ConnectionCredentials } from '../credentials/connection-credentials.ts';
import { ConnectionEntity } from '../definitions/connection.entity.ts';
import { DiscoverUpstream, UpstreamOauthError, type Discovered } from '../upstream-oauth/discover.ts';
import { UpstreamClients, type UpstreamClient } from '../upstream-oauth/upstream-client.ts';
import type { ConnectionFlowEntity } from './connection-flow.entity.ts';
import { ConnectionFlows, newSecret } from './flows.ts';

type Begin = Extract<ConnectAsk, { connect: 'begin' }>;

/** Finds the authorization server, makes a client there where none was given, and says where the browser goes. */
@Injectable()
export class BeginConnecting {
  constructor(
    private readonly dataSource: DataSource,
    private readonly discover: DiscoverUpstream,
    private readonly clients: UpstreamClients,
    private readonly flows: ConnectionFlows,
    private readonly credentials: ConnectionCredentials,
    private readonly envelope: Envelope,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async run(row: ConnectionEntity, flow: ConnectionFlowEntity, { callback, browser }: Begin): Promise<ConnectAnswer> {
    if (row.kind !== 'oauth' || row.oauth === null) return { outcome: 'gone' };
    try {
      const found = await this.discover.run(row.resource, row.oauth.pinned ? row.oauth.issuer : null);
      const own = await this.client(row, found, callback);
      const held = await this.credentials.find(this.dataSource.manager, row.id, flow.holder);
      // Whoever asks for less than there was takes it away: the newest token is the one that is used.
      const scopes = [...new Set([...(row.oauth.scopes.length > 0 ? row.oauth.scopes : found.scopes), ...(held?.scopes ?? []), ...(held?.wanted ?? [])])];
      // Without it many servers give nothing that outlives the hour.
      const offline = found.server.scopes_supported?.includes('offline_access') === true && !scopes.includes('offline_access') ? ['offline_access'] : [];
      const [state, verifier] = [newSecret(), client.randomPKCECodeVerifier()];
      const url = client.buildAuthorizationUrl(await this.clients.configuration(own), {
        redirect_uri: callback, response_type: 'code', state, resource: found.resource, code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
        ...(scopes.length + offline.length === 0 ? {} : { scope: [...scopes, ...offline].join(' ') }),
        // OpenID Connect Core section 11
        ...(offline.length > 0 || scopes.includes('offline_access') ? { prompt: 'consent' } : {}),
      });
      await this.flows.send(this.dataSource.manager, flow, browser, state, { verifier, issuer: own.issuer, callback, resource: found.resource, scopes });
      return { outcome: 'go', url: url.href };
    } catch (error) {
      const detail = error instanceof UpstreamOauthError ? error.message : (error as Error).name;
      this.logger.warn({ connection: row.id, detail }, 'the authorization server of an upstream cannot be used');
      await this.credentials.fail(this.dataSource.manager, row, flow.holder);
      return { outcome: 'failed', name: row.name, returnTo: flow.returnTo };
    }
  }

  /** A client that was given is of the issuer that it was first used with; one of ours is made anew where the upstream has moved to another. */
  private async client(row: ConnectionEntity, found: Discovered, callback: string): Promise<UpstreamClient> {
    const { issuer } = found.server;
    const own = await this.clients.of(row);
    const known = row.oauth?.issuer ?? null;
    if (own !== null && known === issuer && row.oauth?.callback === callback) return { ...own, issuer };
    if (own !== null && row.oauth?.registered === false) {
      if (known !== null && known !== issuer) throw new UpstreamOauthError(`the client is of ${known}, and the upstream names ${issuer}`);
      await this.remember(row, { ...own, issuer }, found, callback, false);
      return { ...own, issuer };
    }
    const made = this.clients.byDocument(found.server, callback) ?? (await this.clients.register(found, callback));
    await this.remember(row, made, found, callback, true);
    return made;
  }

  private async remember(row: ConnectionEntity, { issuer, id, secret }: UpstreamClient, { resource }: Discovered, callback: string, registered: boolean): Promise<void> {
    const oauth = { scopes: [], pinned: false, ...row.oauth, issuer, clientId: id, registered, callback, resource };
    const sealed = registered ? { sealedClient: secret === null ? null : await this.envelope.seal({ table: 'connections', id: row.id, org: row.org }, Buffer.from(secret)) } : {};
    await this.dataSource.manager.update(ConnectionEntity, { id: row.id, revokedAt: IsNull() }, { oauth, ...sealed });
  }
}
