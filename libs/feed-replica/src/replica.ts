import { writerOf, type FeedMessage, type FeedRecord, type MemberRecord, type PatRecord, type RecordOf, type ServerRecord, type Writer } from '@latchkey/contracts';
import type { Logger } from '@latchkey/telemetry';
import { WriterState } from './writer-state.ts';

/** Told of every record that changed, after the replica has it; what was derived from the old one is to be dropped. */
export type ChangeListener = (record: FeedRecord) => void;

/** A second state being filled; `missing` counts the subjects of the live one that it has not seen yet. */
interface Rebuild {
  state: WriterState;
  missing: number;
}

/**
 * All that a gateway knows of credentials, owners and servers, in memory, for lookups without a call to anyone. It is filled by a
 * `ReplicaFollower`; absence means "the writers have said nothing of it".
 */
export class Replica {
  private readonly live: Record<Writer, WriterState> = { identity: new WriterState(), keys: new WriterState() };
  private readonly rebuilds: Record<Writer, Rebuild | null> = { identity: null, keys: null };
  private readonly listeners = new Set<ChangeListener>();

  constructor(private readonly logger?: Logger) {}

  /** @param hash43  base64url of SHA-256 over the whole token. Revoked and expired ones are found too: the caller says which it is. */
  patByHash(hash43: string): PatRecord | undefined {
    return this.live.keys.patsByHash.get(hash43);
  }

  user(id: string): RecordOf<'user'> | undefined {
    return this.live.identity.records.user.get(id);
  }

  org(id: string): RecordOf<'org'> | undefined {
    return this.live.identity.records.org.get(id);
  }

  client(id: string): RecordOf<'client'> | undefined {
    return this.live.identity.records.client.get(id);
  }

  membership(user: string, org: string): MemberRecord['memberships'][number] | undefined {
    return this.live.identity.records.member.get(user)?.memberships.find((membership) => membership.org === org);
  }

  isGrantRevoked(gid: string): boolean {
    return this.live.identity.records.grant.has(gid);
  }

  isSessionEnded(sid: string): boolean {
    return this.live.identity.records.session.has(sid);
  }

  isTokenRevoked(jti: string): boolean {
    return this.live.identity.records.token.has(jti);
  }

  /** A deleted server is as absent as one that never was. */
  server(slug: string): ServerRecord | undefined {
    return this.live.identity.serversBySlug.get(slug);
  }

  servers(): ServerRecord[] {
    return [...this.live.identity.serversBySlug.values()];
  }

  /** The JSON Web Key Set (RFC 7517) that access tokens are verified with; empty until identity has spoken. */
  jwks(): { keys: Record<string, unknown>[] } {
    return { keys: this.live.identity.records.jwks.get('')?.keys ?? [] };
  }

  /** @returns a function that ends it */
  onChange(listener: ChangeListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Applies what arrived. During a rebuild it reaches both states, so that a revocation never waits for the new one to be complete. */
  apply(message: FeedMessage): void {
    const writer = writerOf[message.record.kind];
    const live = this.live[writer];
    const rebuild = this.rebuilds[writer];
    if (rebuild !== null) {
      if (live.held.has(message.subject) && !rebuild.state.held.has(message.subject)) rebuild.missing -= 1;
      rebuild.state.apply(message);
    }
    if (live.apply(message)) this.announce(message.record);
  }

  /** The writer's stream is another one: a second state is filled from its beginning, while the present one goes on answering. */
  beginRebuild(writer: Writer): void {
    this.rebuilds[writer] = { state: new WriterState(), missing: this.live[writer].held.size };
  }

  isRebuilding(writer: Writer): boolean {
    return this.rebuilds[writer] !== null;
  }

  /** Subjects that the present state knows and the rebuilt one has not seen yet; 0 without a rebuild. */
  missing(writer: Writer): number {
    return this.rebuilds[writer]?.missing ?? 0;
  }

  /** Puts the rebuilt state in the place of the present one, at once, with every revocation that the present one knows. */
  completeRebuild(writer: Writer): void {
    const before = this.live[writer];
    const after = this.rebuilds[writer]?.state;
    if (after === undefined) return;
    after.absorb(before);
    this.live[writer] = after;
    this.rebuilds[writer] = null;
    for (const [subject, { version, record }] of before.held) {
      const now = after.held.get(subject);
      // What is gone is announced by what it was.
      if (now?.version !== version) this.announce(now?.record ?? record);
    }
  }

  /** A listener that throws must neither keep the change from the others nor stop the feed. */
  private announce(record: FeedRecord): void {
    for (const listener of this.listeners) {
      try {
        listener(record);
      } catch (error) {
        this.logger?.error({ err: error, kind: record.kind }, 'a listener of the replica failed');
      }
    }
  }
}
