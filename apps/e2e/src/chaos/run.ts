import { eventually } from '@latchkey/testing';
import { AttemptError } from './attempt.ts';
import { converge } from './convergence.ts';
import { Excuses } from './excuses.ts';
import { breakThings } from './faults/breaking.ts';
import { startFleet, type Fleet } from './fleet.ts';
import { Observer, type Credential, type Outcome } from './observer.ts';
import { Pace } from './pace.ts';
import { Population } from './population.ts';
import { measurePropagation } from './propagation.ts';
import { Random } from './random.ts';
import type { Report } from './report.ts';
import { Revoking } from './revoking.ts';
import { Supply } from './supply.ts';
import type { Tally } from './tally.ts';
import { Traffic } from './traffic.ts';

export interface ChaosOptions {
  seed: number;
  /** How long things are broken */
  faultSeconds: number;
  /** At least so many, calm ones included */
  revocations: number;
  log: (line: string) => void;
}

const firstKeys = 500;
const calmRevocations = 60;
/** Mints go on, so that there are always keys that the gateways may not have heard of. */
const sparesWanted = 300;
const checksPerSecond = 40;

/** One run from start to report. @throws when the system does not start, does not converge, or a fault cannot be brought about */
export async function runChaos(name: string, options: ChaosOptions): Promise<Report> {
  const fleet = await startFleet(name);
  try {
    return await runOn(fleet, options);
  } finally {
    await fleet.stop();
  }
}

async function runOn(fleet: Fleet, { seed, faultSeconds, revocations, log }: ChaosOptions): Promise<Report> {
  const startMs = performance.now();
  const random = new Random(seed);
  const [population, observer, excuses] = [new Population(), new Observer(), new Excuses()];
  const revoking = new Revoking(population, excuses);
  const supply = new Supply(fleet, population, random);
  const traffic = new Traffic({ gateways: fleet.gateways, population, observer, random, perSecond: checksPerSecond });

  const scale = Math.max(1, Math.round(faultSeconds / 90));
  await supply.prepare({ users: 24 * scale, orgs: 4 * scale, grants: 24 * scale, accessTokens: 4 });
  let mints = 0;
  const mint = async (): Promise<void> => {
    await supply.mintKey();
    mints += 1;
  };
  await Promise.all(Array.from({ length: 32 }, async () => {
    while (mints + 32 <= firstKeys) await mint();
  }));
  log(`${mints} keys and ${supply.others.length} other stories after ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
  await knowTheServer(fleet, population, traffic, random);
  const calm = await measurePropagation(() => supply.nextKey(), fleet.gateways.length, calmRevocations, { revoking, traffic });
  log(`calm propagation measured after ${((performance.now() - startMs) / 1000).toFixed(1)} s`);

  const untilMs = performance.now() + faultSeconds * 1000;
  traffic.start();
  const minting = new Pace({
    perSecond: () => (supply.spareKeys < sparesWanted ? 60 : 3), atOnce: 16,
    begin: () => mint().catch((error: unknown) => {
      // A mint that was not acknowledged has made a key that nobody knows.
      if (!(error instanceof AttemptError)) throw error;
    }),
  });
  const revokingPace = new Pace({
    perSecond: () => Math.max(5, (revocations - revoking.done.total) / Math.max(2, (untilMs - performance.now()) / 1000)), atOnce: 32,
    begin: () => {
      const revocation = supply.next(revocations - revoking.done.total);
      return revocation === undefined ? false : revoking.carryOut(revocation).then(() => undefined);
    },
  });
  let faults: Tally;
  let convergedMs: number;
  try {
    faults = await breakThings({ fleet, excuses, seed, untilMs, log });
    await reach(revocations, revoking, supply);
    revoking.endSoon();
    await Promise.all([revokingPace.stop(), minting.stop()]);
    convergedMs = await converge(fleet, 60_000);
  } catch (error) {
    // A run that cannot go on is no reason to keep back what it has seen.
    log(`until then: ${revoking.done.total} revocations, ${observer.answers.total} checks (${String(observer.answers)})`);
    for (const [boundMs, afterMs] of observer.worstAcceptanceMs) log(`  worst acceptance ${afterMs.toFixed(0)} ms after the acknowledgement, N = ${boundMs} ms`);
    for (const line of [...observer.violations, ...observer.falseRefusals, ...observer.oddities, ...revoking.failures]) log(`  ${line}`);
    throw error;
  } finally {
    revoking.endSoon();
    await Promise.all([revokingPace.stop(), minting.stop(), traffic.stop()]);
  }
  log(`converged ${convergedMs.toFixed(0)} ms after the faults`);

  const lost = await everywhere(traffic, fleet, population.revoked, 'refused');
  const shutOut = await everywhere(traffic, fleet, population.valid, 'accepted');
  const crashed = [fleet.identity, fleet.keys, ...fleet.fleet.map(({ service }) => service)].filter((service) => service.hasCrashed).map((service) => service.name);
  return {
    seed, seconds: (performance.now() - startMs) / 1000, faults, observer, revoking, calm, mints, convergedMs,
    revokedCredentials: population.revoked.length, lost, shutOut, crashed,
  };
}

/** What a slow machine has not done in the time of the faults is done after it. */
async function reach(revocations: number, { done, excused, failures }: Revoking, supply: Supply): Promise<void> {
  await eventually(() => {
    if (done.total >= revocations) return;
    const why = `${String(done)}; ${supply.spareKeys} keys left; attempts failed ${String(excused)}, ${failures.slice(-3).join(', ')}`;
    throw new Error(`${done.total} of ${revocations} revocations: ${why}`);
  }, { timeoutMs: 180_000 });
}

/** The gateways hear of the server by the feed, a moment after it was registered. */
async function knowTheServer(fleet: Fleet, population: Population, traffic: Traffic, random: Random): Promise<void> {
  const credential = population.pickValid(random);
  if (credential === undefined) throw new Error('There is no credential');
  for (const gateway of fleet.gateways.keys()) await eventually(async () => (await traffic.check(gateway, credential, 'tools/list')) === 'accepted');
}

/** @returns what is said otherwise, of any of these credentials at any gateway */
async function everywhere(traffic: Traffic, { gateways }: Fleet, credentials: readonly Credential[], wanted: Outcome): Promise<string[]> {
  const waiting = credentials.flatMap((credential) => [...gateways.keys()].map((gateway) => ({ credential, gateway })));
  const wrong: string[] = [];
  await Promise.all(Array.from({ length: 24 }, async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const outcome = await traffic.check(next.gateway, next.credential, 'tools/list');
      if (outcome !== wanted) wrong.push(`${next.credential.kind} ${next.credential.id} is ${outcome} at gateway ${next.gateway}`);
    }
  }));
  return wrong;
}
