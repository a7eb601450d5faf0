import type { EpochsAnswer } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Tells the key service which keys of an organization are over, all at once: it knows no epoch of an organization, of members or of accounts by itself. */
@Injectable()
export class AnswerEpochsAsk {
  constructor(private readonly dataSource: DataSource) {}

  /** @param since  seconds since 1970. A member who was removed has an epoch too, which outlives a return. */
  async run(org: string, since: number): Promise<EpochsAnswer> {
    const epochs = await this.dataSource.query<EpochsAnswer['epochs']>(
      `SELECT NULL AS owner, epoch FROM organizations WHERE slug = $1 AND epoch >= $2
       UNION ALL SELECT user_id::text, epoch FROM members WHERE org = $1 AND epoch >= $2
       UNION ALL SELECT u.id::text, u.epoch FROM users u JOIN members m ON m.user_id = u.id WHERE m.org = $1 AND u.epoch >= $2`,
      [org, since],
    );
    return { epochs };
  }
}
