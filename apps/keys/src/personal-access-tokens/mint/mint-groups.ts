import { setImmediate as nextTurn } from 'node:timers/promises';
import { inTransaction, isOfStatement } from '@latchkey/postgres';
import { currentRequest, withFacts } from '@latchkey/service';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { storeMade, type MadeKey } from '../issue.ts';
import { presentMoment } from '../minting-moment.ts';

const largest = 100;

interface Waiting {
  make: () => MadeKey;
  /** Null: nothing was written */
  settle: (written: MadeKey | null) => void;
  fail: (error: unknown) => void;
}

interface Made extends Pick<Waiting, 'settle' | 'fail'> {
  key: MadeKey;
}

/**
 * Writes keys of one organization that are asked for at the same time in one transaction: it costs little more than that of one key, and the disk
 * is waited for once. One that is asked for while nothing is written waits for no other; one during a transaction is of the next. Those of
 * another organization share nothing with it, and wait for nothing of it.
 */
@Injectable()
export class MintGroups {
  private readonly waiting = new Map<string, Waiting[]>();

  constructor(private readonly dataSource: DataSource) {}

  /**
   * @param make  of a key of this organization, at the present moment; where it throws, it is refused, and no other. All keys of a group are made one after
   *   the other: what the second runs through is warm then, which takes a fraction of the time
   * @returns the key, once it is committed; null: nothing of its group is, for the sake of one of them, and each is to be written by itself
   * @throws what `make` throws, or what says nothing of any key, such as a connection that is lost: it may be committed, and must not be written again
   */
  write<K extends MadeKey>(org: string, make: () => K): Promise<K | null> {
    const served = currentRequest();
    const asServed = served === undefined ? make : () => withFacts(served, make);
    return new Promise((settle, fail) => {
      const waiter: Waiting = { make: asServed, settle: settle as Waiting['settle'], fail };
      const waiting = this.waiting.get(org);
      if (waiting !== undefined) return void waiting.push(waiter);
      this.waiting.set(org, [waiter]);
      // Whatever else has come in this turn of the event loop goes along.
      void nextTurn().then(() => this.work(org));
    });
  }

  private async work(org: string): Promise<void> {
    for (let group = this.next(org); group.length > 0; group = this.next(org)) {
      await this.writeGroup(org, group.flatMap(made));
      // What has arrived meanwhile, and is not read yet, goes along.
      await nextTurn();
    }
    this.waiting.delete(org);
  }

  private next(org: string): Waiting[] {
    return this.waiting.get(org)?.splice(0, largest) ?? [];
  }

  private async writeGroup(org: string, group: readonly Made[]): Promise<void> {
    if (group.length === 0) return;
    const keys = group.map(({ key }) => key);
    try {
      await inTransaction(this.dataSource, async (manager) => {
        await presentMoment(manager, org, Math.min(...keys.map(({ row }) => row.createdAt.getTime())));
        await storeMade(manager, org, keys);
      });
      for (const { settle, key } of group) settle(key);
    } catch (error) {
      for (const { settle, fail } of group) {
        if (isOfStatement(error)) settle(null);
        else fail(error);
      }
    }
  }
}

function made({ make, settle, fail }: Waiting): Made[] {
  try {
    return [{ key: make(), settle, fail }];
  } catch (error) {
    fail(error);
    return [];
  }
}
