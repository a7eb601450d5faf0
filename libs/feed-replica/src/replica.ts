import { isEndedBy } from '@latchkey/access';
import { writerOf, type ConnectionRecord, type EndUserIssuerRecord, type FeedMessage, type FeedRecord, type MemberRecord, type PatRecord, type RecordOf, type ServerRecord, type Writer } from '@latchkey/contracts';
import type { Logger } from '@latchkey/telemetry';
import { WriterState } from './writer-state.ts';

/** Told of every record that changed, after the replica has it; what was derived from the old one is to be dropped. */
export type ChangeListener = (record: FeedRecord) => void;

const createdMsOf = ({ createdAt, createdAtMs }: ConnectionRecord): number => createdAtMs ?? createdAt * 1000;

/**
 * All that a gateway knows of credentials, owners and servers, in memory, for lookups without a call to anyone. It is filled by a
 * `ReplicaFollower`; absence means "the writers have said nothing of it".
 */
export class Replica {
  private readonly live: Record<Writer, WriterState> = { identity: new WriterState(), keys: new WriterState() };
  private readonly rebuilt: Record<Writer, WriterState | null> = { identity: null, keys: null };
  private readonly listeners = new Set<ChangeListener>();
  /** Grows with everything that arrives: as long as it is the same, so is whatever was found out here. */
  changes = 0;

  constructor(private readonly logger?: Logger) {}

  /** @param hash43  base64url of SHA-256 over the whole token. Revoked and expired ones are found too: the caller says which it is. */
  patByHash(hash43: string): PatRecord | undefined {
    return this.live.keys.pats.byHash(hash43);
  }

  /** @param id  the public id; the record is made anew each time */
  patById(id: string): PatRecord | undefined {
    return this.live.keys.pats.recordOf(id);
  }

  /** Whether a revocation of many keys at once ended this one. */
  isEnded(pat: PatRecord): boolean {
    const epochs = this.live.keys.keyEpochs.get(pat.org);
    return isEndedBy(pat, epochs && ((name) => epochs.get(name)));
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

  /** Versions of what is known of a key and of somebody's memberships, and how far each feed was followed. */
  revisionsOf(pat: string | null, user: string): { pat: number | null; member: number | null; identity: number; keys: number } {
    const { identity, keys } = this.live;
    return {
      pat: pat === null ? null : (keys.pats.versionOf(pat) ?? null),
      member: identity.held.get(`feed.identity.member.${user}`)?.version ?? null,
      identity: identity.sequence,
      keys: keys.sequence,
    };
  }

  /** Of what is known of a subject; undefined where nothing is. */
  versionOf(writer: Writer, subject: string): number | undefined {
    const state = this.live[writer];
    return state.held.get(subject)?.version ?? (subject.startsWith('feed.keys.pat.') ? state.pats.versionOf(subject.slice('feed.keys.pat.'.length)) : undefined);
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

  /** What was made for a server in its own project, oldest first; revoked ones are gone. */
  connections({ slug, org, project }: Pick<ServerRecord, 'slug' | 'org' | 'project'>): ConnectionRecord[] {
    const found = this.live.keys.connectionsByServer.get(slug);
    if (found === undefined || found.size === 0) return [];
    return [...found.values()]
      .filter((record) => record.org === org && record.project === project)
      .sort((a, b) => createdMsOf(a) - createdMsOf(b) || (a.id < b.id ? -1 : 1));
  }

  /** Whose word an organization takes on its end users; revoked ones are gone. */
  endUserIssuers(org: string): EndUserIssuerRecord[] {
    return [...(this.live.keys.endUserIssuersByOrg.get(org)?.values() ?? [])];
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

  /**
   * Applies what arrived. During a rebuild it reaches both states, so that a revocation never waits for the new one to be complete.
   * @param sequence  at which it stands in the stream
   */
  apply(message: FeedMessage, sequence?: number): void {
    const writer = writerOf[message.record.kind];
    this.changes += 1;
    this.rebuilt[writer]?.apply(message, sequence);
    if (this.live[writer].apply(message, sequence)) this.announce(message.record);
  }

  /**
   * What is held of a writer is no longer certain: a second state is filled from the beginning of its stream, while the present one goes
   * on answering and learning.
   */
  beginRebuild(writer: Writer): void {
    this.rebuilt[writer] = new WriterState();
  }

  isRebuilding(writer: Writer): boolean {
    return this.rebuilt[writer] !== null;
  }

  /** Puts the rebuilt state in the place of the present one, at once, with every revocation that the present one knows. */
  completeRebuild(writer: Writer): void {
    const before = this.live[writer];
    const after = this.rebuilt[writer];
    if (after === null) return;
    after.absorb(before);
    this.changes += 1;
    this.live[writer] = after;
    this.rebuilt[writer] = null;
    for (const record of before.changedIn(after)) this.announce(record);
  }

  /** What of a writer has to be proven: the state that is being rebuilt, or else the one that answers. */
  candidate(writer: Writer): WriterState {
    return this.rebuilt[writer] ?? this.live[writer];
  }

  /** The state that answers. */
  state(writer: Writer): WriterState {
    return this.live[writer];
  }

  /** Begins with what a snapshot held, before anything is followed. */
  restore(writer: Writer, state: WriterState): void {
    this.changes += 1;
    this.live[writer] = state;
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
