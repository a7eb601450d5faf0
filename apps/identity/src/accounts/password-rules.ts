import { Injectable } from '@nestjs/common';
import { commonPasswords } from './common-passwords.ts';
import { PasswordBreaches } from './password-breaches.ts';
import { newPasswordSchema } from './password.ts';

/** Whose password it is to be. */
export interface PasswordOwner {
  email: string;
  name: string;
}

/** Letters and digits only: `ann.lee-1990` and `Ann Lee 1990` are one guess. */
const plain = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** What people put behind a name: most often a year. */
const yearLength = 4;

/** Whether it is the owner's name or address, or one of them with a few characters more. */
function isAboutOwner(password: string, { email, name }: PasswordOwner): boolean {
  const guess = plain(password);
  const [local = '', host = ''] = email.split('@');
  const facts = [email, local, host, name].map(plain).filter((fact) => fact.length >= 3);
  return facts.some((fact) => guess.includes(fact) && guess.length - fact.length <= yearLength);
}

/** What is wrong with a password that somebody chooses, as far as it can be said without asking anybody; null for nothing. */
export function objectionTo(password: string, owner: PasswordOwner): string | null {
  const length = newPasswordSchema.safeParse(password);
  if (!length.success) return `The password must have ${length.error.issues[0]?.message ?? 'another length'}.`;
  if (new Set(password).size < 4) return 'The password must have more different characters.';
  if (isAboutOwner(password, owner)) return 'The password must not be made of your name or e-mail address.';
  if (commonPasswords().has(password.toLowerCase())) return 'This password is among the first that are guessed. Choose another one.';
  return null;
}

/** NIST SP 800-63B section 3.1.1.2: a length, and no password that others would guess; no rules about kinds of characters. */
@Injectable()
export class PasswordRules {
  constructor(private readonly breaches: PasswordBreaches) {}

  /** @returns what is wrong, as a sentence; null for nothing */
  async judge(password: string, owner: PasswordOwner): Promise<string | null> {
    const objection = objectionTo(password, owner);
    if (objection !== null) return objection;
    return (await this.breaches.include(password)) ? 'This password was stolen somewhere and is on lists of attackers. Choose another one.' : null;
  }
}
