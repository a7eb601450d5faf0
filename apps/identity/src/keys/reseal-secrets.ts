import type { EntityManager } from 'typeorm';
import { providerSecretName } from '../federation/find-provider.ts';
import { factorName } from '../second-factor/enrol-second-factor.ts';
import type { MasterKey } from './master-key.ts';

/** What is sealed for as long as its owner keeps it, beside the keys of the service; the rest is gone or sealed anew within days. */
const lasting = [
  { table: 'second_factors', id: 'user_id', column: 'sealed', nameOf: factorName },
  { table: 'identity_providers', id: 'id', column: 'sealed_secret', nameOf: providerSecretName },
] as const;

const batchSize = 500;

/** Seals everything that lasts with the first master key of the list, row by row under a lock. @returns how many there were */
export async function resealSecrets(manager: EntityManager, masterKey: MasterKey): Promise<number> {
  let count = 0;
  for (const { table, id, column, nameOf } of lasting) {
    for (let last: string | null = null; ; ) {
      const rows: { id: string; sealed: Buffer }[] = await manager.query(
        `SELECT ${id} AS id, ${column} AS sealed FROM ${table} WHERE ${column} IS NOT NULL AND ($1::uuid IS NULL OR ${id} > $1)
         ORDER BY ${id} LIMIT ${batchSize} FOR UPDATE`,
        [last],
      );
      for (const row of rows) {
        const name = nameOf(row.id);
        await manager.query(`UPDATE ${table} SET ${column} = $2 WHERE ${id} = $1`, [row.id, masterKey.seal(name, masterKey.open(name, row.sealed))]);
      }
      count += rows.length;
      if (rows.length < batchSize) break;
      last = rows.at(-1)?.id ?? null;
    }
  }
  return count;
}
