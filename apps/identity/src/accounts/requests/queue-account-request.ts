import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { MasterKey } from '../../keys/master-key.ts';
import { AccountRequestEntity } from './account-request.entity.ts';
import { accountRequestSchema, type AccountRequest } from './account-request.ts';

/**
 * Takes note of what somebody asks. It is one insert, the same for every address: whether there is an account is looked up by
 * `AnswerAccountRequests`, after the answer has gone out, so neither its words nor its time can tell.
 */
@Injectable()
export class QueueAccountRequest {
  constructor(
    private readonly dataSource: DataSource,
    private readonly masterKey: MasterKey,
  ) {}

  async run(request: AccountRequest): Promise<void> {
    const id = randomUUID();
    const sealed = this.masterKey.seal(`account-request:${id}`, Buffer.from(JSON.stringify(accountRequestSchema.parse(request))));
    await this.dataSource.manager.insert(AccountRequestEntity, { id, sealed });
  }
}
