import { ask, type Method } from './asking.ts';
import { bounds } from './fleet.ts';
import type { Credential, Observer, Outcome } from './observer.ts';
import { Pace } from './pace.ts';
import type { Population } from './population.ts';
import type { Random } from './random.ts';

export interface TrafficOptions {
  gateways: readonly string[];
  population: Population;
  observer: Observer;
  random: Random;
  /** To each gateway */
  perSecond: number;
}

/** Questions that a frozen gateway finds when it wakes up; each is judged by when it was sent. */
const openLimit = 120;

const boundOf: Record<Method, number> = { 'tools/list': bounds.readMs, 'tools/call': bounds.writeMs };

/** Asks every gateway all the time, mostly about what has just been revoked or minted. */
export class Traffic {
  #paces: Pace[] = [];

  constructor(private readonly options: TrafficOptions) {}

  start(): void {
    const { gateways, perSecond } = this.options;
    this.#paces = [...gateways.keys()].map((gateway) => new Pace({ perSecond: () => perSecond, atOnce: openLimit, begin: () => this.#begin(gateway) }));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#paces.map((pace) => pace.stop()));
  }

  /** One question, judged. */
  async check(gateway: number, credential: Credential, method: Method): Promise<Outcome> {
    const { gateways, observer } = this.options;
    const sentAtMs = performance.now();
    const { outcome, answer } = await ask(gateways[gateway] ?? '', credential.slug, credential.token, method);
    observer.observe({ gateway, credential, boundMs: boundOf[method], sentAtMs, answeredAtMs: performance.now(), outcome, answer });
    return outcome;
  }

  #begin(gateway: number): Promise<void> | false {
    const { random } = this.options;
    const credential = this.#choose(random);
    if (credential === undefined) return false;
    return this.check(gateway, credential, random.next() < 0.5 ? 'tools/list' : 'tools/call').then(() => undefined);
  }

  #choose(random: Random): Credential | undefined {
    const { population } = this.options;
    const chance = random.next();
    if (chance < 0.45) return population.pickRecent(random);
    if (chance < 0.5) return population.pickOld(random);
    if (chance < 0.6) return population.pickFresh(random);
    return population.pickValid(random);
  }
}
