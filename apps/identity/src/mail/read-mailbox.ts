import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { MasterKey } from '../keys/master-key.ts';
import { mailSchema, type Mail } from './queue-mail.ts';

export type KeptMail = Mail & { id: string; at: string };

/** What the mailbox holds, newest first. */
@Injectable()
export class ReadMailbox {
  constructor(
    private readonly dataSource: DataSource,
    private readonly masterKey: MasterKey,
  ) {}

  async run(): Promise<KeptMail[]> {
    const rows = await this.dataSource.query<{ id: string; sealed: Buffer; at: Date }[]>(
      'SELECT id, sealed, created_at AS at FROM mails WHERE expires_at > now() ORDER BY created_at DESC, id LIMIT 50',
    );
    return rows.map(({ id, sealed, at }) => ({ id, at: at.toISOString(), ...mailSchema.parse(JSON.parse(this.masterKey.open(`mail:${id}`, sealed).toString())) }));
  }
}
