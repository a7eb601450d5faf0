import type { DataSource, EntityManager } from 'typeorm';
import { Transaction } from './transaction.ts';

/** The mapper's `transaction`, in as few trips as its statements allow: all of `work` is committed, or, where it throws, nothing of it. */
export async function inTransaction<T>(dataSource: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<T> {
  const transaction = await Transaction.begin(dataSource);
  let value: T;
  try {
    value = await work(transaction.manager);
  } catch (error) {
    const failed = await transaction.rollBack();
    throw failed === undefined ? error : failed.error;
  }
  await transaction.commit();
  return value;
}
