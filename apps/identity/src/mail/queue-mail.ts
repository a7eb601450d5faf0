import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { MasterKey } from '../keys/master-key.ts';
import { MailEntity } from './mail.entity.ts';

/** Plain text; the subject on one line, for a line end in a header begins another header. */
export const mailSchema = z.object({
  to: z.email().max(254),
  subject: z.string().min(1).max(200).regex(/^[^\p{Cc}]*$/u),
  text: z.string().min(1).max(20_000),
});
export type Mail = z.infer<typeof mailSchema>;

/** Has a message sent if and only if the caller's transaction commits. */
@Injectable()
export class QueueMail {
  constructor(private readonly masterKey: MasterKey) {}

  async run(manager: EntityManager, mail: Mail): Promise<void> {
    const id = randomUUID();
    const sealed = this.masterKey.seal(`mail:${id}`, Buffer.from(JSON.stringify(mailSchema.parse(mail))));
    await manager.insert(MailEntity, { id, sealed });
  }
}
