import type { AuthorizeConnection, ConnectionAuthorization, IdentityAssertionClaims } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Principals } from '../../personal-access-tokens/principal.ts';
import { ConnectionFlows } from '../connecting/flows.ts';
import { projectHolder } from '../credentials/connection-credential.entity.ts';
import { holderOfCaller, personOfCaller } from '../credentials/holder-of-caller.ts';
import { AskServer } from '../../asking/ask-server.ts';
import { requireConnection, requireLiveConnection, requireProjectAdministrator } from '../definitions/connection-access.ts';
import { requireHolder } from './require-holder.ts';

/** Gives whoever asks a URL for their browser, at which they connect themselves, or the project that they administer. */
@Injectable()
export class AuthorizeConnectionOperation {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly askServer: AskServer,
    private readonly flows: ConnectionFlows,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string, { redirectUri }: AuthorizeConnection): Promise<ConnectionAuthorization> {
    const principal = this.principals.admit(caller, 'connections:write');
    const { manager } = this.dataSource;
    const row = await requireConnection(manager, principal, id);
    if (row.per === 'project') requireProjectAdministrator(principal, row.project);
    else requireHolder(principal, row);
    if (personOfCaller(caller)?.startsWith('svc_') === true) throw new Problem('insufficient_role', { detail: 'A service key has no person who could open a browser.' });
    requireLiveConnection(row);
    if (row.kind === 'static' && row.per === 'project') throw new Problem('conflict', { detail: 'A static connection has its value already; rotate it.' });
    if (redirectUri !== undefined && !row.redirectUris.includes(redirectUri)) {
      const message = 'not on the list of the connection';
      throw new Problem('invalid_request', { detail: `redirectUri: ${message}`, issues: [{ path: 'redirectUri', message }] });
    }
    const { url, connectUrl } = await this.askServer.run(row.org, row.project, row.server);
    if (new URL(url).origin !== new URL(row.resource).origin) throw new Problem('conflict', { detail: 'The server has moved since the connection was made. Make a new one.' });
    const holder = row.per === 'project' ? projectHolder : holderOfCaller(caller);
    const flow = await this.flows.open(manager, row, { holder, person: row.per === 'project' ? principal.user : personOfCaller(caller), client: caller.client_id ?? null, returnTo: redirectUri ?? null });
    return { url: `${connectUrl}${flow.ticket}`, expiresAt: flow.expiresAt.toISOString() };
  }
}
