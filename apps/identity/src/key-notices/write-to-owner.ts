import type { AuditEvent } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { MailDelivery } from '../mail/mail-delivery.ts';
import { QueueMail } from '../mail/queue-mail.ts';

interface Letter {
  subject: string;
  text: string;
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const nameOf = ({ target }: AuditEvent): string => `${target?.name ?? 'without a name'} (${target?.id ?? ''})`;

/** What of the acts of the key service its owners are told by mail. */
const letters: Partial<Record<string, (event: AuditEvent) => Letter>> = {
  'pat.expiring': (event) => ({
    subject: 'An API key of yours ends soon',
    text: `Your key ${nameOf(event)} in the organization ${event.org} ends at ${String(event.details['expiresAt'])}.\n\nRotate it if something still uses it: the new key works at once, and the old one goes on for as long as you say.\n`,
  }),
  'webhook_endpoint.disabled': (event) => ({
    subject: 'A webhook endpoint was disabled',
    text: `The endpoint ${event.target?.id ?? ''} at ${String(event.details['host'])} in the organization ${event.org} answered 410 Gone, and nothing is sent to it any more.\n\nIf that was not meant, enable it again once the receiver answers: PATCH /v1/webhooks/endpoints/${event.target?.id ?? ''} { "enabled": true }. What it missed is in its deliveries and can be sent again.\n`,
  }),
  'pat.leaked': (event) => ({
    subject: 'An API key of yours was found in the open and revoked',
    text: `Somebody reported the token of your key ${nameOf(event)} in the organization ${event.org}, and it was revoked at once.\n\nReplace it where it is used, and find out how it got out: whoever had it could use it until now.\n`,
  }),
};

/** Writes to the owner of a key what the key service says of it, in the transaction that keeps the event: once, as the event is kept once. */
@Injectable()
export class WriteToOwner {
  constructor(
    private readonly queueMail: QueueMail,
    private readonly delivery: MailDelivery,
  ) {}

  async run(manager: EntityManager, event: AuditEvent): Promise<void> {
    const letter = event.service === 'keys' ? letters[event.action]?.(event) : undefined;
    if (letter === undefined || !this.delivery.available) return;
    for (const to of await this.addressesOf(manager, event)) await this.queueMail.run(manager, { to, ...letter });
  }

  /** A service key has no owner, and an endpoint may have been made with one: the organization's owners are told. */
  private async addressesOf(manager: EntityManager, { org, details }: AuditEvent): Promise<string[]> {
    const owner = details['owner'];
    const rows = typeof owner === 'string' && uuid.test(owner)
      ? await manager.query<{ email: string }[]>('SELECT u.email FROM users u JOIN members m ON m.user_id = u.id WHERE u.id = $1 AND m.org = $2 AND m.removed_at IS NULL AND u.disabled_at IS NULL', [owner, org])
      : await manager.query<{ email: string }[]>("SELECT u.email FROM users u JOIN members m ON m.user_id = u.id WHERE m.org = $1 AND m.role = 'owner' AND m.removed_at IS NULL AND u.disabled_at IS NULL", [org]);
    return rows.map(({ email }) => email);
  }
}
