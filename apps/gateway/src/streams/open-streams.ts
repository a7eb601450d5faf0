import { recordId, type FeedRecord } from '@latchkey/contracts';
import type { Principal } from '../credentials/principal.ts';
import type { Confirmed } from '../freshness/confirmed.ts';

export interface OpenStream {
  principal: Principal;
  /** What writers had to be asked about the credential; renewed for as long as the replica cannot be proven fresh. */
  confirmed: Confirmed;
  /** Slug of the server */
  server: string;
  /** Id of the connection that it was opened with */
  connection?: string | undefined;
  /** When its time is up, by `performance.now()`: its credential ends then, or it is too old. */
  endsAtMs: number;
  /** Asks again, of what is known now, whether this stream may go on. */
  mayGoOn(): boolean;
  /** Ends it at once: upstream aborted, nothing more sent. */
  cut(): void;
  /** Ends what would go on for ever, as the gateway leaves; what is a call has its time. */
  leave?(): void;
}

/** Whom a change of what `key` names concerns. */
interface Concerned {
  key: string;
  streams: Set<OpenStream>;
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
  private readonly byKey = new Map<string, Concerned>();
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

  /** @returns a function that forgets it */
  add(stream: OpenStream): () => void {
    // What streams have in common is kept once: there are thousands of them, and few keys.
    const concerned = keysOf(stream).map((key) => this.of(key));
    this.all.add(stream);
    for (const { streams } of concerned) streams.add(stream);
    // It came on a connection that was open already.
    if (this.leaving) setImmediate(() => stream.leave?.());
    return () => {
      this.all.delete(stream);
      for (const { key, streams } of concerned) {
        streams.delete(stream);
        if (streams.size === 0 && this.byKey.get(key)?.streams === streams) this.byKey.delete(key);
      }
    };
  }

  private of(key: string): Concerned {
    let known = this.byKey.get(key);
    if (known === undefined) this.byKey.set(key, (known = { key, streams: new Set() }));
    return known;
  }

  /** To be called for every change that the replica has applied. */
  onChange(record: FeedRecord): void {
    const concerned = this.byKey.get(nameOf(record));
    if (concerned === undefined) return;
    for (const stream of [...concerned.streams]) if (!stream.mayGoOn()) stream.cut();
  }

  /** Ends those whose time is up. One look at all of them, once a second, takes less room than a timer for each. */
  cutOld(nowMs: number): void {
    for (const stream of this.all) if (stream.endsAtMs <= nowMs) stream.cut();
  }

  /** Tells those that only wait for what may come that they are over (GW-64): they begin anew, elsewhere. */
  leaveAll(): void {
    this.leaving = true;
    for (const stream of [...this.all]) stream.leave?.();
  }

  cutAll(): void {
    for (const stream of [...this.all]) stream.cut();
  }
}
