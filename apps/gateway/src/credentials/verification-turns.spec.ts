import { verifies } from '@latchkey/testing';
import { VerificationTurns } from './verification-turns.ts';

/** A clock that goes on by what is verified. */
function setUp() {
  const clock = { ms: 0 };
  const turns = new VerificationTurns(() => clock.ms);
  const done: number[] = [];
  const verify = (name: number, costsMs = 0.4): unknown => turns.run(() => {
    clock.ms += costsMs;
    done.push(name);
    return name;
  });
  return { turns, done, verify };
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('VerificationTurns', () => {
  verifies('GW-27', 'a flood of new tokens takes a millisecond of each turn, and what else there is to do comes in between', async () => {
    const { done, verify } = setUp();
    const results = Array.from({ length: 10 }, (_, name) => verify(name));
    const seen: number[] = [];
    for (let count = 0; count < 4; count += 1) {
      seen.push(done.length);
      await turn();
    }
    expect(seen).toEqual([3, 6, 9, 10]);
    expect(await Promise.all(results)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(done).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  verifies('GW-27', 'who comes when too many wait is told to come again', () => {
    const { verify } = setUp();
    for (let name = 0; name < 2003; name += 1) void verify(name);
    expect(() => verify(2003)).toThrow(expect.objectContaining({ code: 'state_stale', status: 503 }) as Error);
  });

  it('what cannot be verified says so, at once or later', async () => {
    const { turns, verify } = setUp();
    const fail = (): never => { throw new Error('broken'); };
    expect(() => turns.run(fail)).toThrow('broken');
    for (let name = 0; name < 3; name += 1) void verify(name);
    await expect(turns.run(fail)).rejects.toThrow('broken');
  });
});
