import { eventually } from '@latchkey/testing';
import type { Fault } from './fault.ts';

/** Every connection is cut, and the server recovers from its log. */
const crashed: Fault = {
  kind: 'Postgres crashed and recovered',
  lane: 'servers',
  async run({ fleet: { database, keys, identity }, excuses }) {
    const excused = excuses.begin('postgres');
    await database.crash();
    await eventually(() => database.query('SELECT 1'), { timeoutMs: 30_000 });
    await eventually(async () => (await keys.isReady()) && (await identity.isReady()), { timeoutMs: 30_000 });
    excused();
  },
};

export const postgresFaults = [crashed];
