import type { Mail } from './queue-mail.ts';

/** Where mail goes. A port: a server in production, a page where somebody tries things out, nothing where nobody has said. */
export abstract class MailDelivery {
  /** False where nothing can be sent: then nothing is promised that would need it. */
  abstract readonly available: boolean;
  /** Whether what was delivered stays here for a while, to be read. */
  abstract readonly keeps: boolean;

  /**
   * @param id  of this message, the same at every attempt, so that a receiver can tell a repetition
   * @throws UndeliverableError where another attempt would change nothing; any other error where it may
   */
  abstract deliver(id: string, mail: Mail): Promise<void>;

  close(): void {
    // Most have nothing to close.
  }
}

/** The receiving side has said no for good. */
export class UndeliverableError extends Error {}

/** Without a server and without a mailbox: what is queued waits for somebody to configure one. */
export class NoDelivery extends MailDelivery {
  readonly available = false;
  readonly keeps = false;

  deliver(): Promise<void> {
    return Promise.reject(new Error('no LATCHKEY_SMTP_URL is configured'));
  }
}
