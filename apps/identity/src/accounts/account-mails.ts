import type { Mail } from '../mail/queue-mail.ts';

/** What a mail says, without its recipient. Nothing in it was chosen by a stranger: no name, no words of theirs. */
type Letter = Omit<Mail, 'to'>;

const paragraphs = (...parts: string[]): string => `${parts.join('\n\n')}\n`;
const unasked = 'If you did not ask for this, you need not do anything.';
const notYou = (issuer: string): string => `If it was not you, set a new password at once: ${issuer}/account/forgot-password`;

export const signUpLetter = (link: string): Letter => ({
  subject: 'Confirm your e-mail address',
  text: paragraphs('To finish your Latchkey account, open this link within a day:', link, 'Your browser may ask for the password that you chose.', unasked),
});

export const accountExistsLetter = (issuer: string, link: string): Letter => ({
  subject: 'You have a Latchkey account already',
  text: paragraphs(
    'Somebody, probably you, tried to create a Latchkey account for this address. There is one already.',
    `Sign in: ${issuer}/console/sign-in`,
    `If you do not know the password any more, choose a new one within an hour: ${link}`,
    unasked,
  ),
});

export const passwordResetLetter = (link: string): Letter => ({
  subject: 'Choose a new password',
  text: paragraphs('To choose a new password for your Latchkey account, open this link within an hour:', link, unasked),
});

export const passwordChangedLetter = (issuer: string): Letter => ({
  subject: 'Your password was changed',
  text: paragraphs('The password of your Latchkey account was changed just now. Every browser has to sign in again.', notYou(issuer)),
});

export const emailChangeLetter = (link: string): Letter => ({
  subject: 'Confirm your new e-mail address',
  text: paragraphs('To use this address for your Latchkey account, open this link within a day:', link, unasked),
});

export const addressTakenLetter: Letter = {
  subject: 'This address has a Latchkey account',
  text: paragraphs('Somebody tried to move another Latchkey account to this address. It has an account of its own, so nothing was changed.', unasked),
};

export const emailChangedLetter = (link: string): Letter => ({
  subject: 'Your e-mail address was changed',
  text: paragraphs(
    'Your Latchkey account has another e-mail address now, and no longer this one.',
    'If it was not you, take the account back within a week. This restores this address, ends everything that anybody has in the account, and lets you choose a new password:',
    link,
  ),
});

export const accountDeletedLetter: Letter = {
  subject: 'Your account was deleted',
  text: paragraphs('Your Latchkey account was deleted as you asked. Everything that was given to you has ended.', 'This is the last message to this address.'),
};
