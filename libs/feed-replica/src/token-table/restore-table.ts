import { rowLimit } from './row-store.ts';
import type { TokenTable } from './token-table.ts';

export type InternedEntry = readonly [number: number, key: string];

/**
 * Fills an empty table with what was taken from another: `appendImage` has brought the rows, this brings what they refer to and builds
 * the indexes, letting other work in between.
 * @throws RangeError or ZodError when the parts do not belong together; the table is then to be thrown away
 */
export async function restoreTable(
  table: TokenTable<unknown>,
  { policies, owners }: { policies: Iterable<InternedEntry>; owners: Iterable<InternedEntry> },
): Promise<void> {
  for (const [number, key] of policies) table.policies.restore(number, key, rowLimit);
  for (const [number, key] of owners) table.owners.restore(number, key, rowLimit);
  // A row that loses to its twin gives up what it refers to, but a later row may refer to the same.
  const holds = [table.policies.hold(), table.owners.hold()];
  await table.adoptRows();
  for (const release of holds) release();
  table.policies.settle();
  table.owners.settle();
}
