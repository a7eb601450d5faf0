import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { WallClock } from '@latchkey/clock';
import { currentRequest } from '@latchkey/service';
import { DataSource } from 'typeorm';
import { bySession, recordAudit } from '../audit/record-audit.ts';
import { FindAccount } from '../accounts/find-account.ts';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import type { UserEntity } from '../accounts/user.entity.ts';
import { foreignText } from '../pages/foreign-text.ts';
import type { SignInFacts } from '../sign-ins/sign-in-facts.ts';
import { ConsoleSessionEntity } from './session.entity.ts';

/** How long a session lives from its last use: a working day. */
const idleSeconds = 12 * 3600;

/** How long at most, however often it is used; then the password is asked for again. So long the browser keeps the cookie. */
export const sessionSeconds = 14 * 86_400;

/** A session that is in use is written to no more often than this. */
const touchSeconds = 60;

/** What a session is called where it is listed. */
export const sessionIdOf = (token: string): string => hashOf(token).toString('hex');

const insert = {
  name: 'console-session-insert',
  text: `INSERT INTO console_sessions (id_hash, user_id, amr, signed_in_at, user_agent, address, last_seen_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
};

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/** Who is signed in to the console, and for how long. */
@Injectable()
export class ConsoleSessions {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly findAccount: FindAccount,
    private readonly clock: WallClock,
  ) {}

  /** @returns the cookie's value, which is kept nowhere else */
  async start(userId: string, { amr, signedInAt }: SignInFacts): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    const now = this.clock.nowMs();
    const { address = null, userAgent = null } = currentRequest() ?? {};
    const browser = userAgent === null ? null : foreignText(userAgent, 400);
    await this.unitOfWork.post(insert, [hashOf(token), userId, amr, signedInAt, browser, address, new Date(now), new Date(now + idleSeconds * 1000)]);
    return token;
  }

  /** @returns null for an unknown or expired session, and for an account that was disabled since */
  async find(token: string | undefined): Promise<UserEntity | null> {
    return (await this.open(token))?.user ?? null;
  }

  /** The same with how and when that person signed in. */
  async open(token: string | undefined): Promise<{ user: UserEntity; facts: SignInFacts } | null> {
    if (token === undefined) return null;
    const session = await this.dataSource.manager.findOneBy(ConsoleSessionEntity, { idHash: hashOf(token) });
    if (session === null || session.expiresAt.getTime() <= this.clock.nowMs()) return null;
    const user = await this.findAccount.user(session.userId);
    if (user === null) return null;
    await this.touch(session);
    return { user, facts: { amr: session.amr, signedInAt: session.signedInAt } };
  }

  /** Use keeps a session alive, up to its end. */
  private async touch({ idHash, lastSeenAt, createdAt }: ConsoleSessionEntity): Promise<void> {
    const now = this.clock.nowMs();
    if (now - lastSeenAt.getTime() < touchSeconds * 1000) return;
    const expiresAt = new Date(Math.min(now + idleSeconds * 1000, createdAt.getTime() + sessionSeconds * 1000));
    await this.dataSource.manager.update(ConsoleSessionEntity, { idHash }, { lastSeenAt: new Date(now), expiresAt, address: currentRequest()?.address ?? null });
  }

  /**
   * Who has just made their account with a password: the account is at most so old, and the session began with that password and nothing
   * else. A sign-in by another way may count for less, and does not become one of these.
   */
  async findNewcomer(token: string | undefined, seconds: number): Promise<UserEntity | null> {
    const session = await this.open(token);
    if (session === null || session.facts.amr.join(' ') !== 'pwd') return null;
    return this.clock.nowMs() - session.user.createdAt.getTime() <= seconds * 1000 ? session.user : null;
  }

  async end(token: string): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const session = await manager.findOneBy(ConsoleSessionEntity, { idHash: hashOf(token) });
      if (session === null) return;
      await manager.delete(ConsoleSessionEntity, { idHash: session.idHash });
      await recordAudit(manager, { org: null, ...bySession(session.userId), action: 'session.ended', target: { kind: 'user', id: session.userId } });
    });
  }
}
