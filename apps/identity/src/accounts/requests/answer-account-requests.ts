import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from '@latchkey/telemetry';
import { DataSource, type EntityManager } from 'typeorm';
import { MasterKey } from '../../keys/master-key.ts';
import { DueRows, type DueRow } from '../../queue/due-rows.ts';
import { LOGGER } from '../../tokens.ts';
import { AnswerEmailChange } from '../email-change/answer-email-change.ts';
import { AnswerPasswordReset } from '../password-reset/answer-password-reset.ts';
import { AnswerSignUp } from '../sign-up/answer-sign-up.ts';
import { accountRequestSchema, type AccountRequest } from './account-request.ts';

/** Looks into what was asked of accounts, and mails the answers: each in the transaction that takes the request off the queue. */
@Injectable()
export class AnswerAccountRequests implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly rows: DueRows;

  constructor(
    dataSource: DataSource,
    private readonly masterKey: MasterKey,
    private readonly signUp: AnswerSignUp,
    private readonly passwordReset: AnswerPasswordReset,
    private readonly emailChange: AnswerEmailChange,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.rows = new DueRows({
      dataSource,
      table: 'account_requests',
      logger,
      lanes: 1,
      work: async (row, manager) => {
        await this.answer(manager, this.open(row));
        await this.forget(row, manager);
      },
      giveUp: async (row, manager, error) => {
        logger.error({ err: error, request: row.id }, 'what was asked of an account could not be answered for a day');
        await this.forget(row, manager);
      },
    });
  }

  onApplicationBootstrap(): void {
    this.rows.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.rows.stop();
  }

  private answer(manager: EntityManager, request: AccountRequest): Promise<void> {
    switch (request.kind) {
      case 'sign_up': return this.signUp.run(manager, request);
      case 'password_reset': return this.passwordReset.run(manager, request);
      case 'email_change': return this.emailChange.run(manager, request);
    }
  }

  private forget({ id }: DueRow, manager: EntityManager): Promise<unknown> {
    return manager.query('DELETE FROM account_requests WHERE id = $1', [id]);
  }

  private open({ id, sealed }: DueRow): AccountRequest {
    return accountRequestSchema.parse(JSON.parse(this.masterKey.open(`account-request:${id}`, sealed).toString()));
  }
}
