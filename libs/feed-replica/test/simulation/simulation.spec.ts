import { WriterProof } from '../../src/proof/writer-proof.ts';
import { WriterFollower } from '../../src/writer-follower.ts';
import { WriterState } from '../../src/writer-state.ts';
import { runSchedules, seedsOf } from './run-schedules.ts';
import { Schedule, Violation, type ScheduleFaults, type ScheduleResult } from './schedule.ts';

const seeds = seedsOf(0, 2);
/** Enough schedules to catch each of the mistakes below; most show in the first few. */
const patience = 400;

async function violationOf(seed: number, faults?: ScheduleFaults): Promise<Violation | null> {
  try {
    await new Schedule(seed, faults).run();
    return null;
  } catch (error) {
    if (error instanceof Violation) return error;
    throw error;
  }
}

const unsafe = ['accepted', 'unknown', 'refused'];

/** @returns whether a mistake leads to a violation of one of these kinds; if not, what it does lead to */
async function caught(kinds: readonly string[], faults?: ScheduleFaults): Promise<string> {
  const others = new Set<string>();
  for (let seed = 1; seed <= patience; seed += 1) {
    const violation = await violationOf(seed, faults);
    if (violation !== null && kinds.includes(violation.kind)) return 'caught';
    if (violation !== null) others.add(violation.kind);
  }
  return `not in ${patience} schedules; ${[...others].join()}`;
}

/** What the code under test keeps to itself, where a test puts a mistake into it. */
interface Heard {
  sentAtMs: number;
  sequence: number;
  digest: string;
}
interface Inner {
  options: { clock: { nowMs(): number }; replica: { candidate(writer: string): WriterState }; writer: string };
  hear(heard: Heard): void;
  judge(heard: Heard, applied: number): void;
}
const inner = WriterProof.prototype as unknown as Inner;

describe('the protocol, on a virtual clock', () => {
  afterEach(() => jest.restoreAllMocks());

  it(`accepts nothing past the bound, and heals, in ${seeds.length} schedules`, async () => {
    expect((await runSchedules(seeds)).worstMs).toBeLessThanOrEqual(5000);
  }, 900_000);

  it('does the same again for the same seed', async () => {
    const twice: ScheduleResult[] = [];
    for (const seed of [5, 5]) twice.push(await new Schedule(seed).run());
    expect(twice[0]).toEqual(twice[1]);
  });

  describe('notices', () => {
    it('a proof that is dated when its answer arrives', async () => {
      const { hear } = inner;
      jest.spyOn(inner, 'hear').mockImplementation(function (this: Inner, heard) {
        hear.call(this, { ...heard, sentAtMs: this.options.clock.nowMs() });
      });
      expect(await caught(unsafe)).toBe('caught');
    }, 300_000);

    it('digests that nobody compares', async () => {
      const { judge } = inner;
      jest.spyOn(inner, 'judge').mockImplementation(function (this: Inner, heard, applied) {
        const total = this.options.replica.candidate(this.options.writer).digest.totalAt(heard.sequence);
        judge.call(this, { ...heard, digest: total ?? heard.digest }, applied);
      });
      expect(await caught(unsafe)).toBe('caught');
    }, 300_000);

    it('a rebuilt state that answers before it is proven', async () => {
      const { onReset } = WriterFollower.prototype;
      jest.spyOn(WriterFollower.prototype, 'onReset').mockImplementation(function (this: WriterFollower) {
        onReset.call(this);
        const { options, writer } = this as unknown as { options: { replica: { completeRebuild(writer: string): void } }; writer: string };
        options.replica.completeRebuild(writer);
      });
      expect(await caught(unsafe)).toBe('caught');
    }, 300_000);

    it('an older version that replaces a newer one', async () => {
      const { apply } = WriterState.prototype;
      jest.spyOn(WriterState.prototype, 'apply').mockImplementation(function (this: WriterState, message, sequence) {
        const known = this.held.get(message.subject);
        if (known !== undefined && known.version > message.version) {
          this.digest.replace(message.subject, known.version, message.version);
          if (message.record.kind !== 'pat') this.restore(message.subject, message.version, message.record);
        }
        return apply.call(this, message, sequence);
      });
      expect(await caught(unsafe)).toBe('caught');
    }, 300_000);

    it('a difference that nothing is done about', async () => {
      jest.spyOn(WriterFollower.prototype, 'rebuild').mockImplementation(() => undefined);
      expect(await caught(['not fresh again'])).toBe('caught');
    }, 300_000);

    it('a dead consumer that nobody makes anew', async () => {
      jest.spyOn(WriterFollower.prototype, 'restart').mockImplementation(() => undefined);
      expect(await caught(['not fresh again'])).toBe('caught');
    }, 300_000);

    it.each([
      ['a drain that had begun before the fence arrived', { writer: 'a running drain answers' }],
      ['a fence that drains nothing', { writer: 'nothing is drained' }],
      ['an age that a timer has measured', { ageByTimer: true }],
    ] as const)('%s', async (_name, faults) => {
      expect(await caught(unsafe, faults)).toBe('caught');
    }, 300_000);
  });
});
