import type { Mail } from '../mail/queue-mail.ts';

/**
 * The mail with the link. It names organization and sender by slug and address and by nothing else: whoever invites chooses to whom we
 * write, and must not choose what we say.
 */
export function invitationLetter({ org, invitedBy, link }: { org: string; invitedBy: string; link: string }): Omit<Mail, 'to'> {
  const text = [
    `${invitedBy} invites you to the organization "${org}" on Latchkey.`,
    'To accept or decline, open this link within a week:',
    link,
    'If you do not know what this is about, you need not do anything.',
  ];
  return { subject: 'You are invited to an organization on Latchkey', text: `${text.join('\n\n')}\n` };
}
