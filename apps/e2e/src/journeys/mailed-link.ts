import { eventually, type TestSmtpServer } from '@latchkey/testing';
import type { System } from '../harness/system.ts';

/** Waits for the mail to somebody in which a link begins like this. @returns the link */
export async function mailedLink(system: System, mail: TestSmtpServer, to: string, path: string): Promise<string> {
  const found = await eventually(() => {
    const texts = mail.mails.filter((sent) => sent.to.includes(to)).map(({ text }) => text);
    return texts.join('\n').split(/\s+/).findLast((word) => word.startsWith(`${system.issuer}${path}`)) ?? false;
  }, { timeoutMs: 60_000 });
  system.secrets.add(`link ${path}`, found.slice(found.lastIndexOf('/') + 1));
  return found;
}
