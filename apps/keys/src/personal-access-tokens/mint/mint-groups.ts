import { inTransaction, isOfStatement } from '@latchkey/postgres';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { storeMade, type MadeKey } from '../issue.ts';
import { presentMoment } from '../minting-moment.ts';

const largest = 100;

interface Waiting {
  key: MadeKey;
  settle: (written: boolean) => void;
  fail: (error: unknown) => void;
}

/**
 * Writes keys of one organization that are made at the same time in one transaction: it costs little more than that of one key, and the disk
 * is waited for once. A key that comes while nothing is written waits for no other; one that comes during a transaction is of the next. Those of
 * another organization share nothing with it, and wait for nothing of it.
 */
@Injectable()
export class MintGroups {
  private readonly waiting = new Map<string, Waiting[]>();

  constructor(private readonly dataSource: DataSource) {}

  /**
   * @param key  made at the present moment
   * @returns once it is committed; false: nothing of its group is, for the sake of one of them, and each is to be written by itself
   * @throws what says nothing of any key, such as a connection that is lost: it may be committed, and must not be written again
   */
  write(key: MadeKey): Promise<boolean> {
    const { org } = key.row;
    return new Promise((settle, fail) => {
      const waiting = this.waiting.get(org);
      if (waiting !== undefined) return void waiting.push({ key, settle, fail });
      this.waiting.set(org, [{ key, settle, fail }]);
      // Whatever else has come in this turn of the event loop goes along.
      setImmediate(() => void this.work(org));
    });
  }

  private async work(org: string): Promise<void> {
    for (let group = this.next(org); group.length > 0; group = this.next(org)) await this.writeGroup(org, group);
    this.waiting.delete(org);
  }

  private next(org: string): Waiting[] {
    return this.waiting.get(org)?.splice(0, largest) ?? [];
  }

  private async writeGroup(org: string, group: readonly Waiting[]): Promise<void> {
    const keys = group.map(({ key }) => key);
    try {
      await inTransaction(this.dataSource, async (manager) => {
        await presentMoment(manager, org, Math.min(...keys.map(({ row }) => row.createdAt.getTime())));
        await storeMade(manager, org, keys);
      });
      for (const { settle } of group) settle(true);
    } catch (error) {
      for (const { settle, fail } of group) {
        if (isOfStatement(error)) settle(false);
        else fail(error);
      }
    }
  }
}
