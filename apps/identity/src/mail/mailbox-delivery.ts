import type { Logger } from '@latchkey/telemetry';
import { MailDelivery } from './mail-delivery.ts';

/** Leaves mail where the mailbox page shows it. The log says that something came, and nothing of what it says. */
export class MailboxDelivery extends MailDelivery {
  readonly available = true;
  readonly keeps = true;

  constructor(
    private readonly url: string,
    private readonly logger: Logger,
  ) {
    super();
  }

  deliver(id: string): Promise<void> {
    this.logger.info({ mail: id, url: this.url }, 'a mail has arrived in the mailbox');
    return Promise.resolve();
  }
}
