import { createTransport } from 'nodemailer';
import { MailDelivery, UndeliverableError } from './mail-delivery.ts';
import type { Mail } from './queue-mail.ts';

export interface SmtpOptions {
  /** `smtp://user:password@host:587` (STARTTLS where it is offered; `?requireTLS=true` insists) or `smtps://…`. */
  url: string;
  from: string;
  /** Right side of message ids. */
  host: string;
}

interface SmtpError extends Error {
  code?: string;
  responseCode?: number;
  command?: string;
}

/** The address itself was refused, by a reply that RFC 5321 section 4.2.1 calls permanent. A refused login may be mended by tomorrow. */
const isPermanent = ({ code, responseCode = 0 }: SmtpError): boolean => code === 'EENVELOPE' && responseCode >= 500;

/** Hands mail to an SMTP server. Every wait has an end, so that a dead server holds up one attempt only. */
export class SmtpDelivery extends MailDelivery {
  readonly available = true;
  readonly keeps = false;
  private readonly transport;

  constructor(private readonly options: SmtpOptions) {
    super();
    const timeouts = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000, dnsTimeout: 10_000 };
    // What a message says is never taken for the name of a file or of a page to fetch.
    this.transport = createTransport({ url: options.url, ...timeouts, disableFileAccess: true, disableUrlAccess: true });
  }

  async deliver(id: string, { to, subject, text }: Mail): Promise<void> {
    const { from, host } = this.options;
    // RFC 3834 section 5: keeps holiday notices from answering.
    const headers = { 'Auto-Submitted': 'auto-generated' };
    try {
      await this.transport.sendMail({ from, to: { name: '', address: to }, subject, text, headers, messageId: `<${id}@${host}>` });
    } catch (error) {
      const failure = error as SmtpError;
      // Servers repeat the address, and some the message, in their replies: of what they say only the numbers are kept.
      const words = `${failure.code ?? 'SMTP'} ${failure.command ?? ''} ${failure.responseCode ?? ''}`.trim();
      throw isPermanent(failure) ? new UndeliverableError(words) : new Error(words);
    }
  }

  override close(): void {
    this.transport.close();
  }
}
