import { createHash } from 'node:crypto';
import { WallClock } from '@latchkey/clock';
import type { IdentityAssertionClaims, MintedPat } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { Envelope, type SealedPlace } from '../../encryption/envelope.ts';
import { PatEntity } from '../pat.entity.ts';
import { patView } from '../pat-view.ts';
import { MintReplayEntity } from './mint-replay.entity.ts';

const windowMs = 10 * 60 * 1000;

/** What of an answer cannot be read from the key itself. */
const keptSchema = z.object({ token: z.string(), consistency: z.string() });
type Kept = z.infer<typeof keptSchema>;

/** The place of one mint, held until the transaction ends: the same request waits, and then finds the answer. */
export interface MintClaim {
  id: string;
  org: string;
  /** What was answered before, if it was */
  replay: (Kept & { patId: string }) | null;
}

const digest = (parts: unknown): string => createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
const placeOf = ({ id, org }: MintClaim): SealedPlace => ({ table: 'mint_replays', id, org });

/**
 * The name of a mint is one of its caller's, of the credential and the organization: a key that is not as strong as another of its owner
 * must not get at the answer that the other was given. An access token is known by its client, because it is refreshed between two tries.
 */
const nameOf = ({ org, sub, credential, client_id: client }: IdentityAssertionClaims, key: string): string =>
  digest([org, sub, credential.kind, credential.kind === 'pat' ? credential.id : (client ?? null), key]);

/** Answers that hold a new token, of mints and rotations, for ten minutes, encrypted, to be given again to whoever asks for the very same. */
@Injectable()
export class MintReplays {
  constructor(
    private readonly dataSource: DataSource,
    private readonly envelope: Envelope,
    private readonly clock: WallClock,
  ) {}

  /**
   * @param request  all that is asked for, by which the very same is known
   * @throws Problem `conflict` when another request was given the same name
   */
  async claim(manager: EntityManager, caller: IdentityAssertionClaims, { org, request }: { org: string; request: object }, key: string): Promise<MintClaim> {
    const [now, end] = [new Date(this.clock.nowMs()), new Date(this.clock.nowMs() + windowMs)];
    const claim: MintClaim = { id: nameOf(caller, key), org, replay: null };
    const requestHash = digest(request);
    const taken = await manager.query<object[]>(
      `INSERT INTO mint_replays (id, org, request_hash, expires_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (id) DO UPDATE SET request_hash = excluded.request_hash, pat_id = NULL, sealed = NULL, expires_at = excluded.expires_at
       WHERE mint_replays.expires_at <= $5 RETURNING id`,
      [claim.id, claim.org, requestHash, end, now],
    );
    if (taken.length > 0) return claim;
    const known = await manager.findOneByOrFail(MintReplayEntity, { id: claim.id });
    if (known.requestHash !== requestHash) throw new Problem('conflict', { detail: 'This Idempotency-Key was used for another request.' });
    if (known.sealed === null || known.patId === null) throw new Error('a mint was committed without its answer');
    const kept = keptSchema.parse(JSON.parse((await this.envelope.open(placeOf(claim), known.sealed)).toString('utf8')));
    return { ...claim, replay: { ...kept, patId: known.patId } };
  }

  async keep(manager: EntityManager, claim: MintClaim, patId: string, { token, consistency }: Kept): Promise<void> {
    const sealed = await this.envelope.seal(placeOf(claim), Buffer.from(JSON.stringify({ token, consistency })));
    await manager.update(MintReplayEntity, { id: claim.id }, { patId, sealed });
  }

  /** What was answered before, with the key as it is by now. */
  async again(manager: EntityManager, { patId, ...kept }: Kept & { patId: string }): Promise<MintedPat> {
    const row = await manager.findOneByOrFail(PatEntity, { id: patId });
    return { ...patView(row, new Date(this.clock.nowMs())), ...kept };
  }

  /** Wipes what has ended. */
  async wipe(): Promise<void> {
    await this.dataSource.query('DELETE FROM mint_replays WHERE expires_at <= $1', [new Date(this.clock.nowMs())]);
  }
}
