import { setTimeout as sleep } from 'node:timers/promises';
import type { FeedRecord, PatRecord } from '@latchkey/contracts';
import { Pool } from 'undici';
import type { Benchmark } from '../benchmark.ts';
import { percentile, summarize } from '../measure.ts';
import { recordNumber } from '../population.ts';
import { natsMessenger, postgresMessenger, roundTrips } from '../processes/bare.ts';
import { startChild, type Child } from '../processes/calls.ts';
import { machineMs } from '../processes/clock.ts';
import { gatewayIdentity, type GatewayIdentity } from '../processes/gateway-identity.ts';
import type { Applied, ReplicaCalls } from '../processes/replica.ts';
import { startServers } from '../processes/servers.ts';
import type { WriterCalls } from '../processes/writer.ts';

const gateways = 4;
const rounds = 3;
const calm = { changes: 200, pauseMs: 40 };
const burst = 5000;
const connections = 64;
const org = 'acme';

type Replicas = readonly Child<ReplicaCalls>[];

const revoked = (record: PatRecord): PatRecord => ({ ...record, revokedAt: record.mintedAt + 1 });

/** Keys that no other round has, all of one owner. */
function keysOf(round: number): { owner: string; byCommit: PatRecord[]; byNotify: PatRecord[]; byService: PatRecord[]; singly: PatRecord[]; byEvent: PatRecord[] } {
  const owner = `d0000000-0000-4000-8000-${String(round).padStart(12, '0')}`;
  let next = round * 100_000;
  const keys = (count: number): PatRecord[] => Array.from({ length: count }, () => ({ ...recordNumber(next++), org, owner }));
  return { owner, byCommit: keys(calm.changes), byNotify: keys(calm.changes), byService: keys(calm.changes), singly: keys(burst), byEvent: keys(burst) };
}

async function expectDead(replicas: Replicas, keys: readonly PatRecord[]): Promise<void> {
  for (const replica of replicas) {
    const dead = await replica.call('dead', keys.map(({ hash }) => hash));
    if (dead !== keys.length) throw new Error(`${dead} of ${keys.length} keys are refused`);
  }
}

/** Waits until every gateway knows all of these. */
async function settled(replicas: Replicas, keys: readonly PatRecord[]): Promise<void> {
  for (const replica of replicas) {
    while ((await replica.call('known', keys.map(({ hash }) => hash))) < keys.length) await sleep(50);
  }
}

/** When each was applied at the last of all gateways. */
async function appliedEverywhere(replicas: Replicas, count: number, clock: 'machineMs' | 'wallMs'): Promise<Map<string, number>> {
  const last = new Map<string, number>();
  for (const taken of await Promise.all(replicas.map((replica) => replica.call('take', count)))) {
    // The first application counts: a record that is told again, because somebody revoked twice, is old news.
    const firsts = new Map(taken.reverse().map((one: Applied) => [one.id, one[clock]]));
    for (const [id, ms] of firsts) last.set(id, Math.max(last.get(id) ?? 0, ms));
  }
  return last;
}

async function commitCalmly(writer: Child<WriterCalls>, replicas: Replicas, kind: 'identity' | 'keys', records: (FeedRecord & { id: string })[], told: 'itself' | 'notify' = 'itself'): Promise<number[]> {
  const committed = await writer.call('commit', kind, records, calm.pauseMs, told);
  const applied = await appliedEverywhere(replicas, records.length, 'machineMs');
  return records.map(({ id }, at) => (applied.get(id) ?? Number.NaN) - committed[at]);
}

/** Has the keys service revoke each, as its owner would, over `width` connections. @returns when it took the time of each revocation */
async function revokeAll(pool: Pool, gateway: GatewayIdentity, records: readonly PatRecord[], width: number): Promise<Map<string, number>> {
  const assertion = await gateway.assert(org);
  const times = new Map<string, number>();
  const queue = records.values();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const { id } of queue) {
        const { statusCode, body } = await pool.request({ method: 'DELETE', path: `/v1/pats/${id}`, headers: { 'latchkey-identity': assertion } });
        const answer = (await body.json()) as { revokedAt: string };
        if (statusCode !== 200) throw new Error(`a revocation was answered ${statusCode}: ${JSON.stringify(answer)}`);
        times.set(id, Date.parse(answer.revokedAt));
      }
    }),
  );
  return times;
}

/** From COMMIT in the database to the memory of four gateways. */
export const propagation: Benchmark = {
  name: 'propagation',
  about: 'COMMIT to applied at 4 gateways: one change in calm, 5,000 keys one by one, 5,000 keys by one event',
  async run(report) {
    const servers = await startServers();
    const gateway = await gatewayIdentity();
    const writer = startChild<WriterCalls>('writer');
    const replicas = Array.from({ length: gateways }, () => startChild<ReplicaCalls>('replica'));
    const messengers = [await postgresMessenger(servers.databaseUrl), await natsMessenger(servers.natsUrl)];
    try {
      const { databaseUrl, natsUrl } = servers;
      const port = await writer.call('start', { databaseUrl, natsUrl, jwksUrl: gateway.jwksUrl, withIdentity: true });
      await Promise.all(replicas.map((replica, at) => replica.call('start', natsUrl, `gateway-${at}`)));
      const pool = new Pool(`http://127.0.0.1:${port}`, { connections });

      const p50 = { notify: [] as number[], nats: [] as number[], commit: [] as number[], notified: [] as number[], revoke: [] as number[] };
      const p99 = { notify: [] as number[], nats: [] as number[], commit: [] as number[], notified: [] as number[], revoke: [] as number[] };
      const many = { total: [] as number[], afterLast: [] as number[], event: [] as number[] };
      for (let round = 0; round <= rounds; round += 1) {
        const { owner, byCommit, byNotify, byService, singly, byEvent } = keysOf(round);
        await writer.call('mint', [...byCommit, ...byNotify, ...byService, ...singly, ...byEvent]);
        await settled(replicas, byEvent);
        const notify = await roundTrips(messengers[0], calm.changes, calm.pauseMs);
        const nats = await roundTrips(messengers[1], calm.changes, calm.pauseMs);
        const commit = await commitCalmly(writer, replicas, 'keys', byCommit.map(revoked));
        const notified = await commitCalmly(writer, replicas, 'keys', byNotify.map(revoked), 'notify');

        const calmTimes = await revokeAll(pool, gateway, byService, 1);
        const calmApplied = await appliedEverywhere(replicas, byService.length, 'wallMs');
        const revoke = byService.map(({ id }) => (calmApplied.get(id) ?? Number.NaN) - (calmTimes.get(id) ?? Number.NaN));

        const startedMs = machineMs();
        const times = await revokeAll(pool, gateway, singly, connections);
        const applied = await appliedEverywhere(replicas, singly.length, 'wallMs');
        const lastApplied = Math.max(...applied.values());
        const afterLast = lastApplied - Math.max(...times.values());
        const total = machineMs() - startedMs;

        const event = await commitCalmly(writer, replicas, 'identity', [{ kind: 'user', id: owner, disabled: false, epoch: 2_000_000_000 }]);
        await expectDead(replicas, byEvent);
        if (round === 0) continue;
        for (const [name, samples] of Object.entries({ notify, nats, commit, notified, revoke })) {
          p50[name as keyof typeof p50].push(percentile(samples, 0.5));
          p99[name as keyof typeof p99].push(percentile(samples, 0.99));
        }
        many.total.push(total);
        many.afterLast.push(afterLast);
        many.event.push(event[0]);
      }
      await pool.close();

      const bare = (of: typeof p50) => ({ name: 'NOTIFY + NATS, bare', value: summarize(of.notify).value + summarize(of.nats).value });
      report({ name: 'NOTIFY to LISTEN, bare, p50', unit: 'ms', ...summarize(p50.notify) });
      report({ name: 'NOTIFY to LISTEN, bare, p99', unit: 'ms', ...summarize(p99.notify) });
      report({ name: 'NATS publish to subscribe, bare, p50', unit: 'ms', ...summarize(p50.nats) });
      report({ name: 'NATS publish to subscribe, bare, p99', unit: 'ms', ...summarize(p99.nats) });
      report({ name: 'COMMIT to applied at 4, p50', unit: 'ms', ...summarize(p50.commit), yardstick: bare(p50) });
      report({ name: 'COMMIT to applied at 4, p99', unit: 'ms', ...summarize(p99.commit), yardstick: bare(p99), budget: 10 });
      report({ name: 'COMMIT elsewhere to applied at 4, p50', unit: 'ms', ...summarize(p50.notified), yardstick: bare(p50) });
      report({ name: 'COMMIT elsewhere to applied at 4, p99', unit: 'ms', ...summarize(p99.notified), yardstick: bare(p99), budget: 10 });
      report({ name: 'revoked by the service to applied at 4, p50', unit: 'ms', ...summarize(p50.revoke), yardstick: bare(p50) });
      report({ name: 'revoked by the service to applied at 4, p99', unit: 'ms', ...summarize(p99.revoke), yardstick: bare(p99) });
      report({ name: '5,000 keys one by one: all of it', unit: 'ms', ...summarize(many.total) });
      report({ name: '5,000 keys one by one: after the last', unit: 'ms', ...summarize(many.afterLast), yardstick: { name: 'COMMIT to applied, p50', value: summarize(p50.commit).value }, budget: 1000 });
      report({ name: '5,000 keys by one event', unit: 'ms', ...summarize(many.event), yardstick: { name: 'COMMIT to applied, p50', value: summarize(p50.commit).value } });
    } finally {
      await Promise.all([writer, ...replicas].map((child) => child.stop()));
      await Promise.all(messengers.map((messenger) => messenger.close()));
      gateway.close();
      await servers.stop();
    }
  },
};
