import { LatchkeyError, type Latchkey } from '../index.ts';

/** A nightly job: gives each of its keys that ends soon a successor, hands that over, and lets the old one go on for a day. */
export async function rotateOldKeys(latchkey: Latchkey, handOver: (name: string, token: string) => Promise<void>): Promise<string[]> {
  const rotated: string[] = [];
  for await (const key of latchkey.keys.list({ status: 'expiring' })) {
    if (key.replacedBy !== undefined) continue;
    try {
      const successor = await latchkey.keys.rotate(key.id, { graceSeconds: 86_400 });
      await handOver(key.name, successor.token);
      rotated.push(successor.id);
    } catch (error) {
      // Somebody else was faster, or it is not ours to rotate.
      if (!(error instanceof LatchkeyError && error.is('conflict', 'insufficient_role', 'not_found'))) throw error;
    }
  }
  return rotated;
}
