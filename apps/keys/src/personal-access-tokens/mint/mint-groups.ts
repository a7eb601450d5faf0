import { setImmediate as nextTurn } from 'node:timers/promises';
import { inTransaction, isOfStatement } from '@latchkey/postgres';
import { currentRequest, withFacts } from '@latchkey/service';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { storeMade, type MadeKey } from '../issue.ts';
import { presentMoment } from '../minting-moment.ts';

const largest = 100;
/** So many that wait are worth a transaction of their own beside the one that is written: while one waits for Postgres or its disk, the other is made or answered. */
const crowd = 12;
const mostWriters = 2;

interface Waiting {
  make: () => MadeKey;
  /** Null: nothing was written */
  settle: (written: MadeKey | null) => void;
  fail: (error: unknown) => void;
}

/** Keys of one organization. */
interface Queue {
  waiting: Waiting[];
  writers: number;
}

interface Made extends Pick<Waiting, 'settle' | 'fail'> {
  key: MadeKey;
}

/**
 * Writes keys of one organization that are asked for at the same time in one transaction: it costs little more than that of one key, and the disk
 * is waited for once. One that is asked for while nothing is written waits for no other; one during a transaction is of the next, or of one beside it,
 * where many are asked for. Those of another organization share nothing with it, and wait for nothing of it.
 */
@Injectable()
export class MintGroups {
  private readonly queues = new Map<string, Queue>();

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
      const queue = this.queues.get(org) ?? { waiting: [], writers: 0 };
      this.queues.set(org, queue);
      queue.waiting.push({ make: asServed, settle: settle as Waiting['settle'], fail });
      if (queue.writers > 0 && (queue.writers === mostWriters || queue.waiting.length < crowd)) return;
      queue.writers += 1;
      // Whatever else has come in this turn of the event loop goes along.
      void nextTurn().then(() => this.work(org, queue));
    });
  }

  private async work(org: string, queue: Queue): Promise<void> {
    for (let group = queue.waiting.splice(0, largest); group.length > 0; group = queue.waiting.splice(0, largest)) {
      await this.writeGroup(org, group.flatMap(made));
      // What has arrived meanwhile, and is not read yet, goes along.
      await nextTurn();
      if (queue.writers > 1 && queue.waiting.length < crowd) break;
    }
    queue.writers -= 1;
    if (queue.writers === 0) this.queues.delete(org);
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
