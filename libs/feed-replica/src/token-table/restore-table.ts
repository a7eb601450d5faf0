import { rowLimit } from './row-store.ts';
import type { TokenTable } from './token-table.ts';

const rowsPerStep = 50_000;
/** Owners are numbered in a whole word. */
const ownerLimit = 2 ** 32;

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
  for (const [number, key] of owners) table.owners.restore(number, key, ownerLimit);
  // A row that loses to its twin gives up what it refers to, but a later row may refer to the same.
  const holds = [table.policies.hold(), table.owners.hold()];
  table.reserve(table.rows.live);
  for (let row = 0; row < table.rows.length; row += 1) {
    if (!table.rows.isFree(row)) table.adopt(row);
    if (row % rowsPerStep === rowsPerStep - 1) await new Promise(setImmediate);
  }
  for (const release of holds) release();
  table.policies.settle();
  table.owners.settle();
}
