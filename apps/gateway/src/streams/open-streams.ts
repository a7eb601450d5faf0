import { recordId, type FeedRecord } from '@latchkey/contracts';
import type { Principal } from '../credentials/principal.ts';
import type { Confirmed } from '../freshness/confirmed.ts';

export interface OpenStream {
  readonly principal: Principal;
  /** What writers had to be asked about the credential; renewed for as long as the replica cannot be proven fresh. */
  confirmed: Confirmed;
  /** Slug of the server */
  readonly server: string;
  /** Id of the connection that it was opened with */
  readonly connection: string | undefined;
  /** When its time is up, by `performance.now()`: its credential ends then, or it is too old. */
  readonly endsAtMs: number;
  /** Asks again, of what is known now, whether this stream may go on. */
  mayGoOn(): boolean;
  /** Ends it at once: upstream aborted, nothing more sent. */
  cut(): void;
  /** Ends what would go on for ever, as the gateway leaves; what is a call has its time. */
  leave(): void;
}

/** Everything whose change can end a stream, as `kind:id`. */
function keysOf({ principal, server, connection }: OpenStream): string[] {
  const { kind, id, subject, org, clientId, grantId, sessionId, sourcePat, sourceTokenId } = principal;
  const named: [string, string | null][] = [
    [kind === 'pat' ? 'pat' : 'token', id],
    ['pat', sourcePat],
    ['token', sourceTokenId],
    ['user', subject],
    ['org', org],
    ['client', clientId],
    ['grant', grantId],
    ['session', sessionId],
    ['server', server],
    ['connection', connection ?? null],
  ];
  return named.flatMap(([key, value]) => (value === null ? [] : [`${key}:${value}`]));
}

/** A revocation of many keys concerns whatever is of their organization, and what somebody is a member of whatever is theirs. */
function nameOf(record: FeedRecord): string {
  if (record.kind === 'key_epoch' || record.kind === 'end_user_issuer') return `org:${record.org}`;
  if (record.kind === 'member') return `user:${recordId(record)}`;
  return `${record.kind}:${record.kind === 'server' ? record.slug : recordId(record)}`;
}

/** Open event streams, by whatever could revoke them (GW-63): a revocation looks at those that it concerns and at no others. */
export class OpenStreams {
  private readonly byKey = new Map<string, Set<OpenStream>>();
  private readonly all = new Set<OpenStream>();

  private leaving = false;

  get size(): number {
    return this.all.size;
  }

  [Symbol.iterator](): IterableIterator<OpenStream> {
    return new Set(this.all).values();
  }

  has(stream: OpenStream): boolean {
    return this.all.has(stream);
  }

  add(stream: OpenStream): void {
    this.all.add(stream);
    // What streams have in common is kept once: there are thousands of them, and few keys.
    for (const key of keysOf(stream)) {
      const concerned = this.byKey.get(key);
      if (concerned === undefined) this.byKey.set(key, new Set([stream]));
      else concerned.add(stream);
    }
    // It came on a connection that was open already.
    if (this.leaving) setImmediate(() => stream.leave());
  }

  /** Of one that is over. */
  forget(stream: OpenStream): void {
    this.all.delete(stream);
    // Its keys are put together again: to keep them would take room for as long as it is open.
    for (const key of keysOf(stream)) {
      const concerned = this.byKey.get(key);
      concerned?.delete(stream);
      if (concerned?.size === 0) this.byKey.delete(key);
    }
  }

  /** To be called for every change that the replica has applied. */
  onChange(record: FeedRecord): void {
    const concerned = this.byKey.get(nameOf(record));
    if (concerned === undefined) return;
    for (const stream of [...concerned]) if (!stream.mayGoOn()) stream.cut();
  }

  /** Ends those whose time is up. One look at all of them, once a second, takes less room than a timer for each. */
  cutOld(nowMs: number): void {
    for (const stream of this.all) if (stream.endsAtMs <= nowMs) stream.cut();
  }

  /** Tells those that only wait for what may come that they are over (GW-64): they begin anew, elsewhere. */
  leaveAll(): void {
    this.leaving = true;
    for (const stream of [...this.all]) stream.leave();
  }

  cutAll(): void {
    for (const stream of [...this.all]) stream.cut();
  }
}
