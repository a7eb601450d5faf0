import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from '@latchkey/telemetry';
import { DataSource, type EntityManager } from 'typeorm';
import { recordAudit } from '../audit/record-audit.ts';
import { MasterKey } from '../keys/master-key.ts';
import { DueRows, type DueRow } from '../queue/due-rows.ts';
import { LOGGER } from '../tokens.ts';
import { MailDelivery, UndeliverableError } from './mail-delivery.ts';
import { mailSchema, type Mail } from './queue-mail.ts';

/** How long a delivered message can be read where it is kept. */
const keptDays = 7;

/**
 * Sends what is queued. A message leaves the table only once it was handed over, so a process that is killed loses none; one that was
 * killed in between sends it again, under the same message id.
 */
@Injectable()
export class DeliverMails implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly rows: DueRows;

  constructor(
    dataSource: DataSource,
    private readonly masterKey: MasterKey,
    private readonly delivery: MailDelivery,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.rows = new DueRows({
      dataSource,
      table: 'mails',
      logger,
      lanes: 2,
      work: (row, manager) => this.send(row, manager),
      giveUp: (row, manager, error) => this.giveUp(row, manager, error),
    });
  }

  onApplicationBootstrap(): void {
    if (this.delivery.available) this.rows.start();
    else this.logger.warn('no mail can be sent: set LATCHKEY_SMTP_URL; until then sign-up and password reset are off');
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.rows.stop();
    this.delivery.close();
  }

  private async send(row: DueRow, manager: EntityManager): Promise<void> {
    try {
      await this.delivery.deliver(row.id, this.open(row));
    } catch (error) {
      if (!(error instanceof UndeliverableError)) throw error;
      return this.giveUp(row, manager, error);
    }
    if (this.delivery.keeps) await manager.query(`UPDATE mails SET expires_at = clock_timestamp() + interval '${keptDays} days' WHERE id = $1`, [row.id]);
    else await manager.query('DELETE FROM mails WHERE id = $1', [row.id]);
  }

  /** Said where an operator looks; the address is the recipient's own business and not in it. */
  private async giveUp(row: DueRow, manager: EntityManager, error: unknown): Promise<void> {
    this.logger.error({ mail: row.id, attempts: row.attempts + 1, err: error }, 'a mail could not be delivered and is given up');
    const code = error instanceof UndeliverableError ? 'undeliverable' : 'expired';
    await recordAudit(manager, { org: null, actor: { kind: 'service', id: 'identity' }, action: 'mail.given_up', target: { kind: 'mail', id: row.id }, outcome: 'failed', code });
    await manager.query('DELETE FROM mails WHERE id = $1', [row.id]);
  }

  private open({ id, sealed }: DueRow): Mail {
    return mailSchema.parse(JSON.parse(this.masterKey.open(`mail:${id}`, sealed).toString()));
  }
}
