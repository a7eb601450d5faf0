import type { Provider, Type } from '@nestjs/common';
import type { Logger } from '@latchkey/telemetry';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { LOGGER } from '../tokens.ts';
import { DeliverMails } from './deliver-mails.ts';
import { MailDelivery, NoDelivery } from './mail-delivery.ts';
import { MailEntity } from './mail.entity.ts';
import { MailboxController } from './mailbox.controller.ts';
import { MailboxDelivery } from './mailbox-delivery.ts';
import { QueueMail } from './queue-mail.ts';
import { ReadMailbox } from './read-mailbox.ts';
import { SmtpDelivery } from './smtp-delivery.ts';

function delivery(env: IdentityEnv, logger: Logger): MailDelivery {
  const { hostname } = new URL(env.LATCHKEY_ISSUER);
  if (env.LATCHKEY_SMTP_URL !== undefined) {
    return new SmtpDelivery({ url: env.LATCHKEY_SMTP_URL, from: env.LATCHKEY_MAIL_FROM ?? `Latchkey <no-reply@${hostname}>`, host: hostname });
  }
  return env.LATCHKEY_MAILBOX ? new MailboxDelivery(`${env.LATCHKEY_ISSUER}/mailbox`, logger) : new NoDelivery();
}

export const mailProviders: Provider[] = [
  { provide: MailDelivery, useFactory: delivery, inject: [IDENTITY_ENV, LOGGER] },
  DeliverMails,
  QueueMail,
  ReadMailbox,
];
export const mailControllers: Type[] = [MailboxController];
export const mailEntities: Type[] = [MailEntity];
