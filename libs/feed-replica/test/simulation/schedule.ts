import type { FeedRecord, Writer } from '@latchkey/contracts';
import { ModelDatabase } from './model-database.ts';
import { ModelGateway } from './model-gateway.ts';
import { ModelNats, type Link } from './model-nats.ts';
import { ModelWriter, type WriterFault } from './model-writer.ts';
import { Random } from './random.ts';
import { World, type Actor } from './world.ts';

/** What went wrong. It carries the seed, which replays it. */
export class Violation extends Error {
  override name = 'Violation';

  constructor(
    readonly kind: 'accepted' | 'unknown' | 'refused' | 'not fresh again' | 'digests differ',
    readonly seed: number,
    detail: string,
  ) {
    super(`${kind}: ${detail} (seed ${seed}; replay it with SIMULATION_SEED=${seed})`);
  }
}

export interface ScheduleFaults {
  writer?: WriterFault;
  /** The age is what it was at the last probe, as a timer would have it. */
  ageByTimer?: boolean;
}

export interface ScheduleResult {
  revocations: number;
  rebuilds: number;
  /** Looks at a gateway, after each thing that happened to it. */
  looks: number;
  /** The oldest revocation, counted from its commit, that some gateway still accepted. */
  worstMs: number;
  healedAfterMs: number;
}

interface Credential {
  id: string;
  mintedAtMs: number;
  revokedAtMs: number | null;
  edits: number;
}

const faultsMs = 12_000;
const healWithinMs = 120_000;

/** One run of everything, which the seed decides: who revokes what, what breaks and when, and how long everything takes. */
export class Schedule {
  private readonly random: Random;
  private readonly world: World;
  private readonly nats: ModelNats;
  private readonly database = new ModelDatabase();
  private readonly writers: ModelWriter[];
  private readonly gateways: ModelGateway[];
  private readonly writer: Writer;
  private readonly writerLink: Link = { isCut: false };
  private readonly credentials: Credential[] = [];
  private readonly boundMs: number;
  private readonly ages = new Map<ModelGateway, number>();
  private readonly result: ScheduleResult = { revocations: 0, rebuilds: 0, looks: 0, worstMs: 0, healedAfterMs: 0 };
  private isOver = false;

  constructor(
    private readonly seed: number,
    private readonly faults: ScheduleFaults = {},
  ) {
    const random = (this.random = new Random(seed));
    this.world = new World(random);
    const { world, database, writerLink: link } = this;
    const nats = (this.nats = new ModelNats(world));
    this.boundMs = random.pick([2000, 5000]);
    this.writer = random.chance(0.15) ? 'keys' : 'identity';
    const countsMessages = random.chance(0.5);
    const writers = Array.from({ length: 1 + random.index(2) }, () => new ModelWriter({ world, nats, database, link, countsMessages, fault: faults.writer }));
    this.writers = writers;
    const checksItself = random.chance(0.5);
    const gateways = 1 + random.index(3);
    for (let count = 2 + random.index(8); count > 0; count -= 1) this.mint();
    this.gateways = Array.from(
      { length: gateways },
      (_, index) => new ModelGateway(`gateway ${index}`, { world, nats, writers, writer: this.writer, checksItself }),
    );
  }

  /** @throws Violation */
  async run(): Promise<ScheduleResult> {
    const { world } = this;
    this.work();
    this.trouble();
    if (this.faults.ageByTimer) this.noteAges();
    await world.runUntil(faultsMs, (actor) => this.look(actor));
    this.heal();
    for (let healed = false; !healed; healed = this.hasHealed()) {
      if (world.nowMs > faultsMs + healWithinMs) this.complain();
      await world.runUntil(world.nowMs + 200, (actor) => this.look(actor));
    }
    this.result.healedAfterMs = world.nowMs - faultsMs;
    this.result.rebuilds = this.gateways.reduce((sum, { freshness }) => sum + freshness.status()[this.writer].rebuilds, 0);
    return this.result;
  }

  /** Credentials are minted, changed and revoked, in bursts and one by one. */
  private work(): void {
    const { world, random } = this;
    const pace = random.pick([50, 150, 500]);
    const turn = (): void => {
      if (this.isOver) return;
      const alive = this.credentials.filter(({ revokedAtMs }) => revokedAtMs === null);
      const what = random.next();
      if (this.credentials.length < 40 && (alive.length < 3 || what < 0.2)) this.mint();
      else if (alive.length > 2 && what < 0.45) this.revoke(random.pick(alive));
      else this.edit(random.pick(this.credentials));
      if (random.chance(0.8)) world.after(random.between(0, 20), () => random.pick(this.writers).wake());
      world.after(random.chance(0.3) ? random.between(0, 4) : random.between(0, 2 * pace), turn);
    };
    world.after(random.between(0, 500), turn);
  }

  private mint(): void {
    const credential = { id: `cred${String(this.credentials.length).padStart(4, '0')}`, mintedAtMs: this.world.nowMs, revokedAtMs: null, edits: 0 };
    this.credentials.push(credential);
    this.database.commit(this.recordOf(credential));
  }

  private revoke(credential: Credential): void {
    credential.revokedAtMs = this.world.nowMs;
    this.result.revocations += 1;
    this.database.commit(this.recordOf(credential));
  }

  private edit(credential: Credential): void {
    credential.edits += 1;
    this.database.commit(this.recordOf(credential));
  }

  private recordOf({ id, revokedAtMs, edits }: Credential): FeedRecord {
    const seconds = revokedAtMs === null ? null : 1;
    if (this.writer === 'identity') return { kind: 'user', id, disabled: false, epoch: seconds };
    return {
      kind: 'pat', id, hash: hashOf(id), org: 'acme', owner: 'owner', scopes: ['mcp:read'], projects: null, grants: null,
      tools: [`edit-${edits}`], mintedAt: 0, expiresAt: null, revokedAt: seconds,
    };
  }

  /** Breaks something, again and again. */
  private trouble(): void {
    const { world, random } = this;
    const pace = random.pick([300, 800, 2500]);
    const turn = (): void => {
      if (this.isOver) return;
      random.pick(this.troubles)();
      world.after(random.between(0, 2 * pace), turn);
    };
    world.after(random.between(0, 2000), turn);
    const copies = (): void => {
      this.nats.copy();
      if (!this.isOver) world.after(random.between(200, 3000), copies);
    };
    copies();
    const saves = (): void => {
      for (const gateway of this.gateways) gateway.save();
      if (!this.isOver) world.after(random.between(200, 4000), saves);
    };
    saves();
  }

  private readonly troubles: readonly (() => void)[] = [
    () => this.forAWhile(4000, () => this.nats.freeze(), () => this.nats.resume()),
    () => this.forAWhile(3000, () => this.nats.kill(), () => this.nats.resume()),
    () => {
      this.nats.kill();
      this.random.pick([() => this.nats.rollBack(), () => this.nats.loseEnd(), () => this.nats.recreate()])();
      this.world.after(this.random.between(0, 1000), () => this.nats.resume());
    },
    () => this.nats.loseOne(),
    () => this.nats.loseEnd(),
    () => this.nats.rollBack(),
    () => this.random.pick(this.gateways).feed.deleteConsumers(),
    () => this.cut(this.random.pick(this.gateways).link),
    () => this.cut(this.writerLink),
    () => {
      const writer = this.random.pick(this.writers);
      this.forAWhile(3000, () => writer.kill(), () => writer.start());
    },
    () => {
      const writer = this.random.pick(this.writers);
      this.forAWhile(4000, () => writer.pause(true), () => writer.pause(false));
    },
    () => {
      const gateway = this.random.pick(this.gateways);
      gateway.blockedUntilMs = this.world.nowMs + this.random.between(50, 3500);
    },
    () => this.random.pick(this.gateways).restart(),
    () => this.database.crash(),
  ];

  private cut(link: Link): void {
    this.forAWhile(5000, () => (link.isCut = true), () => {
      link.isCut = false;
      // Some consumers do not outlive it, and nobody says so.
      for (const gateway of this.gateways) if (gateway.link === link && this.random.chance(0.4)) gateway.feed.deleteConsumers();
      this.nats.wakeFollowers();
    });
  }

  private forAWhile(mostMs: number, begin: () => void, end: () => void): void {
    begin();
    this.world.after(this.random.between(20, mostMs), () => {
      if (!this.isOver) end();
    });
  }

  private heal(): void {
    this.isOver = true;
    this.writerLink.isCut = false;
    for (const writer of this.writers) {
      writer.pause(false);
      writer.start();
    }
    for (const gateway of this.gateways) gateway.link.isCut = false;
    this.nats.resume();
  }

  /** After everything that happens to a gateway: it may know less than it should only as long as it says so. */
  private look(actor: Actor | null): void {
    const gateway = actor === null ? undefined : this.gateways.find((one) => one === actor);
    if (gateway === undefined || gateway.blockedUntilMs > this.world.nowMs) return;
    this.result.looks += 1;
    this.judge(gateway);
  }

  private judge(gateway: ModelGateway): void {
    const { world, boundMs } = this;
    const ageMs = this.faults.ageByTimer ? (this.ages.get(gateway) ?? Infinity) : gateway.proofAgeMs(this.writer);
    if (ageMs === Infinity) return;
    const provenAtMs = world.nowMs - ageMs;
    for (const { id, mintedAtMs, revokedAtMs } of this.credentials) {
      const seen = this.isAliveAt(gateway, id);
      if (revokedAtMs === null) {
        // What is good, and was committed before the proof, is refused by nobody who is fresh.
        if (mintedAtMs < provenAtMs && seen !== true && ageMs <= boundMs) throw this.violation('refused', gateway, id, ageMs);
        continue;
      }
      if (seen !== true) continue;
      const sinceMs = world.nowMs - revokedAtMs;
      if (ageMs <= boundMs) this.result.worstMs = Math.max(this.result.worstMs, sinceMs);
      if (ageMs <= boundMs && sinceMs > boundMs) throw this.violation('accepted', gateway, id, ageMs);
      if (revokedAtMs < provenAtMs && !this.faults.ageByTimer) throw this.violation('unknown', gateway, id, ageMs);
    }
  }

  /** Whether a gateway would take a credential for alive; undefined when it has never heard of it, and refuses it for that. */
  private isAliveAt({ replica }: ModelGateway, id: string): boolean | undefined {
    if (this.writer === 'keys') {
      const pat = replica.patByHash(hashOf(id));
      return pat === undefined ? undefined : pat.revokedAt === null;
    }
    const user = replica.user(id);
    return user === undefined ? undefined : user.epoch === null;
  }

  private hasHealed(): boolean {
    if (this.database.pending(1).length > 0) return false;
    const { digest } = this.database.snapshot();
    return this.gateways.every(
      (gateway) => gateway.proofAgeMs(this.writer) < 1000 && gateway.replica.state(this.writer).digest.total === digest && !gateway.replica.isRebuilding(this.writer),
    );
  }

  private complain(): never {
    const { digest } = this.database.snapshot();
    const stale = this.gateways.find((gateway) => gateway.proofAgeMs(this.writer) >= 1000);
    const detail = this.gateways
      .map(({ name, freshness, replica }) => `${name}: ${JSON.stringify(freshness.status()[this.writer])}, ${replica.state(this.writer).digest.total === digest ? 'equal' : 'differs'}`)
      .join('; ');
    throw new Violation(stale === undefined ? 'digests differ' : 'not fresh again', this.seed, detail);
  }

  private noteAges(): void {
    for (const gateway of this.gateways) {
      const note = (): void => {
        this.ages.set(gateway, gateway.proofAgeMs(this.writer));
        this.world.after(300, note, gateway);
      };
      note();
    }
  }

  private violation(kind: Violation['kind'], { name }: ModelGateway, id: string, ageMs: number): Violation {
    const credential = this.credentials.find((one) => one.id === id);
    return new Violation(kind, this.seed, `${name} at ${this.world.nowMs.toFixed(1)}, proof ${ageMs.toFixed(1)} ms old, N ${this.boundMs}, ${JSON.stringify(credential)}`);
  }
}

const hashOf = (id: string): string => id.padEnd(43, 'A');
