import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { RequestNote } from '@latchkey/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { MasterKey } from '../keys/master-key.ts';
import { cookieScope, readCookie, setCookie } from '../pages/cookies.ts';
import { normalizedEmail } from './email.ts';

const cookieName = 'lk_device';
const cookieSeconds = 365 * 86_400;
/** Accounts that one browser is remembered for. */
const remembered = 3;

/** The device of somebody who is signed in already and proves the password again: their attempts are their own, too. */
export const deviceOfSession = (userId: string): string => `session:${userId}`;

const nameFor = (email: string): string => `known-device:${createHash('sha256').update(normalizedEmail(email)).digest('base64url')}`;

/**
 * Remembers which browsers have signed in to an account before (OWASP calls it a device cookie). Their attempts are counted apart, so
 * nobody can keep a person out of their account by guessing at it from elsewhere; the cookie opens nothing.
 */
@Injectable()
export class KnownDevices {
  private readonly cookies;
  /** By request, for the account that it was last asked about: who signs in is looked for before the password, and after it. */
  private readonly found = new RequestNote<FastifyRequest, { email: string; device: string | null }>();

  constructor(
    private readonly masterKey: MasterKey,
    @Inject(IDENTITY_ENV) env: IdentityEnv,
  ) {
    this.cookies = cookieScope(env.LATCHKEY_ISSUER);
  }

  /** @returns null for a browser that is not known for this account */
  find(request: FastifyRequest, email: string): string | null {
    const known = this.found.get(request);
    if (known?.email === email) return known.device;
    const device = this.tokens(request).map((token) => this.open(token, email)).find((opened) => opened !== null) ?? null;
    this.found.set(request, { email, device });
    return device;
  }

  /** Called once somebody has proven that the account is theirs. */
  remember(request: FastifyRequest, reply: FastifyReply, email: string): void {
    if (this.find(request, email) !== null) return;
    const token = this.masterKey.seal(nameFor(email), randomBytes(16)).toString('base64url');
    setCookie(reply, this.cookies, cookieName, [token, ...this.tokens(request)].slice(0, remembered).join('.'), cookieSeconds);
  }

  private tokens(request: FastifyRequest): string[] {
    const value = readCookie(request, this.cookies, cookieName) ?? '';
    return value.length > 1000 ? [] : value.split('.').slice(0, remembered);
  }

  private open(token: string, email: string): string | null {
    try {
      return this.masterKey.open(nameFor(email), Buffer.from(token, 'base64url')).toString('base64url');
    } catch {
      // Another account's, made up, or under a key that is no longer configured.
      return null;
    }
  }
}
