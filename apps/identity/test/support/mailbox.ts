import { eventually } from '@latchkey/testing';

export interface ArrivedMail {
  id: string;
  to: string;
  subject: string;
  text: string;
}

/** Everything in the mailbox for one address, newest first. */
export async function mailsTo(issuer: string, to: string): Promise<ArrivedMail[]> {
  const response = await fetch(`${issuer}/mailbox`, { headers: { accept: 'application/json' } });
  return ((await response.json()) as { items: ArrivedMail[] }).items.filter((mail) => mail.to === to);
}

/** Waits for the newest mail with this subject. */
export const mailTo = (issuer: string, to: string, subject: RegExp): Promise<ArrivedMail> =>
  eventually(async () => {
    const found = (await mailsTo(issuer, to)).find((mail) => subject.test(mail.subject));
    if (found === undefined) throw new Error(`no mail to ${to} about ${String(subject)}`);
    return found;
  });

/** The link below `/account/` in a mail. */
export const linkIn = ({ text }: ArrivedMail): string => /https?:\/\/\S+\/account\/(?:sign-up|reset-password|email|email-undo)\/\S+/.exec(text)![0];
