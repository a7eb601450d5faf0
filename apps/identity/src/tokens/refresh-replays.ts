import { posted } from '@latchkey/postgres';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { openUnderSecret, sealUnderSecret } from '../keys/seal-under-secret.ts';
import { idHash } from '../provider/id-hash.ts';

const purpose = 'refresh replay';
/** More than a client's parallel processes need, fewer than a thief would like (AS-53). */
const maxReplays = 10;

const keep = {
  name: 'replay-keep',
  text: `INSERT INTO refresh_replays (id_hash, request, sealed, issued_at, expires_at)
    VALUES ($1, $2, $3, clock_timestamp(), clock_timestamp() + make_interval(secs => $4))`,
};

interface Row {
  sealed: Buffer;
  ageSeconds: number;
}

/** Answers to refreshes, kept for those who did not receive them. Only the token that earned an answer can open it. */
@Injectable()
export class RefreshReplays {
  constructor(@Inject(IDENTITY_ENV) private readonly env: IdentityEnv) {}

  async keep(manager: EntityManager, token: string, request: Buffer, answer: unknown): Promise<void> {
    const windowSeconds = this.env.LATCHKEY_REFRESH_REPLAY_WINDOW_SECONDS;
    if (windowSeconds === 0) return;
    await posted(manager, keep, [idHash(token), request, sealUnderSecret(token, purpose, answer), windowSeconds]);
  }

  /** @returns the same answer with what is left of `expires_in`, or null outside of the window, for another request, or once too often */
  async find(manager: EntityManager, token: string, request: Buffer): Promise<Record<string, unknown> | null> {
    const rows = await manager.query<Row[]>(
      `WITH replayed AS (
         UPDATE refresh_replays SET replays = replays + 1
         WHERE id_hash = $1 AND request = $2 AND replays < $3 AND expires_at > clock_timestamp()
         RETURNING sealed, floor(extract(epoch FROM clock_timestamp() - issued_at))::int AS "ageSeconds"
       )
       SELECT * FROM replayed`,
      [idHash(token), request, maxReplays],
    );
    if (rows[0] === undefined) return null;
    const answer = openUnderSecret(token, purpose, rows[0].sealed) as Record<string, unknown>;
    const { expires_in: expiresIn } = answer;
    return typeof expiresIn === 'number' ? { ...answer, expires_in: Math.max(1, expiresIn - rows[0].ageSeconds) } : answer;
  }
}
