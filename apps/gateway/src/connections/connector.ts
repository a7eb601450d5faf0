import { maxWantedScopes, requestHeaders, type ConnectionRecord, type ConnectionValueAnswer, type ConnectionValueAsk } from '@latchkey/contracts';
import type { Replica } from '@latchkey/feed-replica';
import { Problem } from '@latchkey/problem';
import { endUserKey } from '../end-users/end-user.ts';
import { boundOf, type Bounds } from '../freshness/bounds.ts';
import { stale } from '../freshness/stale.ts';
import type { Exchange, McpRoute } from '../proxy/exchange.ts';
import type { Attached } from './attached.ts';
import { chooseConnection } from './choose-connection.ts';
import type { ConnectionValues } from './connection-values.ts';
import type { Missing } from './missing-connection.ts';

export interface ConnectorOptions {
  replica: Pick<Replica, 'connections'>;
  values: ConnectionValues;
  proofs: { proofAgeMs(writer: 'keys'): number };
  bounds: Bounds;
  /** Whose pages people connect themselves at: it knows who they are */
  issuer: string;
}

/** Finds what a request goes upstream with. */
export class Connector {
  constructor(private readonly options: ConnectorOptions) {}

  /** Hot path: most servers need nothing, and then nothing is asked. */
  candidates(exchange: Exchange, route: McpRoute): readonly ConnectionRecord[] {
    const named = headerOf(exchange, requestHeaders.credential);
    const records = this.options.replica.connections(route.server);
    if (records.length === 0 && named === undefined) return records;
    const choice = chooseConnection(records, { origin: new URL(route.server.url).origin, named, hasHolder: holderOf(exchange) !== null });
    if (choice === 'moved') throw new Problem('upstream_unavailable', { detail: 'The server has moved since its connection was made.' });
    if (choice !== 'unknown') return choice;
    if (!this.isFresh(exchange)) throw stale();
    throw new Problem('not_found', { detail: 'This server has no such connection.' });
  }

  /** The first of them that has something to show; null where every one of them was revoked meanwhile. */
  async attach(exchange: Exchange, records: readonly ConnectionRecord[]): Promise<Attached | Missing | null> {
    let missing: Missing | null = null;
    for (const record of records) {
      const answer = await this.ask(exchange, record, null);
      if (answer.kind === 'value') return attachedOf(record, answer);
      if (answer.kind === 'missing') missing ??= this.missingOf(answer);
    }
    return missing;
  }

  /** After the upstream refused what was shown: something else, if there is something else. */
  async again(exchange: Exchange, { record, version }: Attached): Promise<Attached | Missing | null> {
    const answer = await this.ask(exchange, record, version);
    // In the overlap of a rotation the refused one stays the one that is tried first.
    const isOlder = answer.kind === 'value' && answer.version < 0;
    // What the server may take again tomorrow stays what it is shown.
    const stays = answer.kind === 'missing' ? answer.why?.lack === 'refused' : answer.kind === 'value' && answer.version === version;
    if (!isOlder && !stays) this.options.values.forget(record.id);
    if (answer.kind === 'value') return answer.version === version ? null : attachedOf(record, answer);
    return answer.kind === 'missing' ? this.missingOf(answer) : null;
  }

  /** After the upstream refused what took the place of something that it had refused before: nothing is renewed for it again. */
  async giveUp(exchange: Exchange, { record, version, oauth }: Attached): Promise<Missing | null> {
    if (oauth !== true) return null;
    const answer = await this.ask(exchange, record, version, { refusedAgain: true });
    return answer.kind === 'missing' ? this.missingOf(answer) : null;
  }

  /** After the upstream demanded more scopes: what somebody agreed to meanwhile, or where they can; null where there is nothing to agree to. */
  async wider(exchange: Exchange, { record, version }: Attached, wanted: readonly string[]): Promise<Attached | Missing | null> {
    const answer = await this.ask(exchange, record, version, { wanted: wanted.slice(0, maxWantedScopes) });
    if (answer.kind === 'missing') return this.missingOf(answer);
    if (answer.kind !== 'value' || answer.version === version) return null;
    this.options.values.forget(record.id);
    return attachedOf(record, answer);
  }

  private async ask(exchange: Exchange, record: ConnectionRecord, refused: number | null, more: Pick<ConnectionValueAsk, 'refusedAgain' | 'wanted'> = {}): Promise<ConnectionValueAnswer> {
    const holder = record.per === 'project' ? null : holderOf(exchange);
    if (record.per === 'user' && holder === null) throw new Problem('connection_required', { detail: 'Each user has a connection of their own here, and this credential is nobody’s.' });
    const redirectUri = headerOf(exchange, requestHeaders.redirectUri) ?? null;
    const question = { connection: record.id, holder, client: record.per === 'user' ? exchange.needPrincipal().clientId : null, redirectUri, refused, ...more };
    let answer: ConnectionValueAnswer;
    try {
      answer = await this.options.values.get(question, this.isFresh(exchange));
    } catch (cause) {
      throw new Problem('upstream_unavailable', { status: 503, detail: 'What the server asks for cannot be had at the moment.', headers: { 'retry-after': '1' }, cause });
    }
    if (answer.kind === 'redirect_refused') throw new Problem('invalid_request', { detail: 'X-Redirect-Uri is not on the list of the connection.' });
    return answer;
  }

  private missingOf({ ticket, ...answer }: Extract<ConnectionValueAnswer, { kind: 'missing' }>): Missing {
    return { ...answer, url: ticket === null ? null : `${this.options.issuer}/connect/${ticket}` };
  }

  private isFresh(exchange: Exchange): boolean {
    return this.options.proofs.proofAgeMs('keys') <= boundOf(exchange, this.options.bounds);
  }
}

const attachedOf = (record: ConnectionRecord, { header, value, version, oauth }: Extract<ConnectionValueAnswer, { kind: 'value' }>): Attached =>
  ({ record, header, value, version, ...(oauth === undefined ? {} : { oauth }) });

/** Who has a connection of their own: the end user that the call is made for, or else a person, and no service key. */
function holderOf(exchange: Exchange): string | null {
  if (exchange.endUser !== undefined) return endUserKey(exchange.endUser);
  const { service, subject } = exchange.needPrincipal();
  return service === true ? null : `user:${subject}`;
}

function headerOf({ request }: Exchange, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
