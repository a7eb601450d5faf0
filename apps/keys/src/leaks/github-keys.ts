import { createPublicKey, type KeyObject } from 'node:crypto';
import type { MonotonicClock } from '@latchkey/clock';
import type { OutboundFetch } from '@latchkey/outbound';
import { Problem } from '@latchkey/problem';
import { z } from 'zod';

const documentSchema = z.object({ public_keys: z.array(z.object({ key_identifier: z.string().max(256), key: z.string().max(4096) })).max(100) });

const freshMs = 3600_000;
/** A stranger who names keys that there are not makes nobody ask more often than this. */
const pauseMs = 60_000;

/** GitHub's keys for secret scanning, held for an hour; one that is not known yet is looked for at most once a minute. */
export class GithubKeys {
  private keys = new Map<string, KeyObject>();
  private readAtMs = -Infinity;
  private askedAtMs = -Infinity;
  private asking: Promise<void> | undefined;

  constructor(
    private readonly url: string,
    private readonly outbound: OutboundFetch,
    private readonly clock: MonotonicClock,
  ) {}

  /** @throws Problem `upstream_unavailable` when GitHub cannot be asked and nothing fresh is known */
  async find(id: string): Promise<KeyObject | undefined> {
    const age = this.clock.nowMs() - this.readAtMs;
    const known = age < freshMs ? this.keys.get(id) : undefined;
    if (known !== undefined) return known;
    if (this.asking === undefined && this.clock.nowMs() - this.askedAtMs < pauseMs) return this.unknown();
    await (this.asking ??= this.read().finally(() => (this.asking = undefined)));
    return this.keys.get(id) ?? this.unknown();
  }

  private unknown(): undefined {
    if (this.clock.nowMs() - this.readAtMs >= freshMs) throw new Problem('upstream_unavailable', { detail: 'The keys of the sender cannot be read at the moment.' });
    return undefined;
  }

  private async read(): Promise<void> {
    this.askedAtMs = this.clock.nowMs();
    try {
      const { status, body } = await this.outbound.get(this.url, AbortSignal.timeout(2500), { 'user-agent': 'latchkey' });
      if (status !== 200) throw new Error(`GitHub answered ${status}`);
      const { public_keys: given } = documentSchema.parse(JSON.parse(body));
      this.keys = new Map(given.map(({ key_identifier: id, key }) => [id, createPublicKey(key)]));
      this.readAtMs = this.askedAtMs;
    } catch (cause) {
      throw new Problem('upstream_unavailable', { detail: 'The keys of the sender cannot be read at the moment.', cause });
    }
  }
}
